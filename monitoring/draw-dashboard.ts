import { LegendDisplayMode, LegendPlacement, VizLegendOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";
import { DashboardBuilder, DatasourceVariableBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** A panel: PromQL expressions by legend, all in one unit of Grafana (`s`, `reqps`, `bytes`, `percentunit`). */
interface Panel {
  title: string;
  unit: string;
  expressions: Record<string, string>;
}

export interface Dashboard {
  /** Name of its file, and of its ConfigMap. */
  name: string;
  title: string;
  panels: Panel[];
}

const source = { type: "prometheus", uid: "${datasource}" };

const legend = new VizLegendOptionsBuilder()
  .showLegend(true)
  .displayMode(LegendDisplayMode.List)
  .placement(LegendPlacement.Bottom);

function panelOf({ title, unit, expressions }: Panel): PanelBuilder {
  const panel = new PanelBuilder().title(title).unit(unit).datasource(source).min(0).span(12).height(7).legend(legend);
  for (const [name, expr] of Object.entries(expressions))
    panel.withTarget(new DataqueryBuilder().expr(expr).legendFormat(name).datasource(source));
  return panel;
}

/** A dashboard in Grafana's JSON: without a UID of its own, and with its data source as a variable. */
export function drawDashboard({ title, panels }: Dashboard): string {
  const builder = new DashboardBuilder(title)
    .tags(["analyze"])
    .refresh("30s")
    .time({ from: "now-3h", to: "now" })
    .timezone("utc")
    .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"));
  for (const panel of panels) builder.withPanel(panelOf(panel));
  return `${JSON.stringify(builder.build(), null, 2)}\n`;
}
