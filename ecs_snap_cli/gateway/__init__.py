"""The only place that knows the official SDK: calls, paging, retries, SDK ↔ model."""
