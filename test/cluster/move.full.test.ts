import { describeWith } from "../support/requirements.ts";
import { moveSuite } from "./move.ts";

describeWith(["cluster", "helm", "docker"], "from the ingress controller to this repository's nginx", () => {
  moveSuite("nginx");
});

describeWith(["cluster", "gateway", "helm", "docker"], "from the ingress controller to Envoy Gateway", () => {
  moveSuite("gateway");
});
