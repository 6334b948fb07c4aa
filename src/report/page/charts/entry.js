// The chart types and parts that report.html draws.
// In: the pinned packages of package.json; out: `echarts.init`, bundled by ./build into echarts.min.js.
// Takes nothing else of Apache ECharts: every type costs bytes in every report.
import { BarChart, GraphChart, HeatmapChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, GraphChart, HeatmapChart, LineChart, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

export { init };
