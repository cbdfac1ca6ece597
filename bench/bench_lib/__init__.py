"""What ecs-snap costs, measured against the embedded sandbox and against its peers."""
