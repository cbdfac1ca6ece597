// The official Node SDK behind lines of JSON: {"verb", "disk", ...} in, {"answer"} or {"refused"} out.
import { createInterface } from 'node:readline';
import ecs from '@alicloud/ecs20140526';
import core from '@alicloud/openapi-core';

const { default: Client, ...models } = ecs;
const regionId = 'cn-hangzhou';
const keys = JSON.parse(process.argv[3]);
const client = new Client(
  new core.$OpenApiUtil.Config({
    accessKeyId: keys.key_id,
    accessKeySecret: keys.secret,
    securityToken: keys.token || undefined,
    endpoint: process.argv[2],
    protocol: 'HTTP',
    regionId,
  }),
);

async function pages(ask, found) {
  const all = [];
  let nextToken;
  do {
    const { body } = await ask(nextToken);
    all.push(...found(body));
    nextToken = body.nextToken;
  } while (nextToken);
  return all;
}

const verbs = {
  disks: () =>
    pages(
      (nextToken) =>
        client.describeDisks(
          new models.DescribeDisksRequest({ regionId, maxResults: 20, nextToken }),
        ),
      (body) => body.disks.disk.map((disk) => disk.diskId),
    ),
  take: async ({ disk: diskId, name: snapshotName }) =>
    (await client.createSnapshot(new models.CreateSnapshotRequest({ diskId, snapshotName }))).body
      .snapshotId,
  snapshots: async ({ disk: diskId }) =>
    Object.fromEntries(
      await pages(
        (nextToken) =>
          client.describeSnapshots(
            new models.DescribeSnapshotsRequest({ regionId, diskId, maxResults: 30, nextToken }),
          ),
        (body) => body.snapshots.snapshot.map((each) => [each.snapshotId, each.status]),
      ),
    ),
  delete: async ({ snapshot: snapshotId }) => {
    await client.deleteSnapshot(new models.DeleteSnapshotRequest({ snapshotId }));
    return null;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { verb, ...asked } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ answer: await verbs[verb](asked) }));
  } catch (error) {
    console.log(JSON.stringify({ refused: { status: error.statusCode, code: error.code } }));
  }
}
