import { afterAll, beforeAll, expect, test } from "vitest";
import { startBackend, type Backend } from "../load/backend.ts";
import { describeWith } from "../support/requirements.ts";
import { issue, type Issued } from "./certificates.ts";
import { startNginx, type Nginx } from "./nginx.ts";
import { rotateUnderLoad } from "./rotation.ts";

let nginx: Nginx;
let issued: Issued;
let instances: Backend[] = [];

beforeAll(async () => {
  instances = [await startBackend(), await startBackend()];
  issued = await issue();
  nginx = await startNginx({ webPorts: instances.map(({ port }) => port), certificates: issued.dir });
});
afterAll(async () => {
  await nginx.stop();
  await Promise.all(instances.map((instance) => instance.close()));
});

describeWith(["nginx"], "plain nginx under load", () => {
  test("20 changes of the certificate lose no request, on connections that stay and on new ones", async () => {
    const install = ({ dir }: Issued): void => nginx.install(dir);
    const result = await rotateUnderLoad(nginx.edge, issued, { install, times: 20 });
    const { lost, wrongCertificate, byCertificate } = result;
    expect({ lost, wrongCertificate }).toEqual({ lost: [], wrongCertificate: [] });
    expect(Object.keys(byCertificate)).toHaveLength(21);
  });
});
