import { join } from "node:path";
import { project } from "../../../deploy/images/docker.ts";

/** This repository's chart with the values of prod, as helm's arguments. */
export const ownChart = [join(project, "ingress"), "--values", join(project, "ingress/values.prod.yaml")] as const;
