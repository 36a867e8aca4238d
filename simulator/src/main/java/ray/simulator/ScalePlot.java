package ray.simulator;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Draws how many messages each task costs as nodes grow, as an SVG file's text. */
public final class ScalePlot {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 360;
  private static final int LEFT = 60;
  private static final int RIGHT = 150;
  private static final int TOP = 30;
  private static final int BOTTOM = 50;

  private record Line(String name, String color, ToDoubleFunction<ScaleRun.Result> value) {}

  private static final List<Line> LINES =
      List.of(
          new Line("all", "#222222", result -> result.messagesPerTask()),
          new Line(
              "who is there",
              "#d62728",
              result -> result.messagesPerTask("NodesChanged", "RegisterNode")),
          new Line(
              "leases",
              "#1f77b4",
              result ->
                  result.messagesPerTask(
                      "RequestLeases",
                      "ReplaceLease",
                      "LeasesGranted",
                      "LeasesRedirected",
                      "AttachLease",
                      "ReclaimLeases",
                      "ShrinkLeases",
                      "LeasesReturned",
                      "ReturnLease")),
          new Line(
              "tasks and results",
              "#2ca02c",
              result -> result.messagesPerTask("PushTasks", "TasksDone")));

  private final List<ScaleRun.Result> results;
  private final double mostNodes;
  private final double leastNodes;
  private final double most;
  private final StringBuilder svg = new StringBuilder();

  private ScalePlot(List<ScaleRun.Result> results) {
    this.results = results;
    this.leastNodes = results.getFirst().nodes();
    this.mostNodes = results.getLast().nodes();
    this.most =
        results.stream().mapToDouble(result -> result.messagesPerTask()).max().orElse(1) * 1.1;
  }

  /** The plot of at least two results, in order of their nodes. */
  public static String svg(List<ScaleRun.Result> results) {
    return new ScalePlot(results).draw();
  }

  private String draw() {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">",
        WIDTH, HEIGHT);
    add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
    text(LEFT, 18, "start", "messages for each task");
    text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "nodes");
    for (int i = 0; i <= most; i += 2) {
      rule(LEFT, y(i), WIDTH - RIGHT, y(i));
      text(LEFT - 8, y(i) + 4, "end", String.valueOf(i));
    }
    for (ScaleRun.Result result : results) {
      rule(x(result), y(0), x(result), TOP);
      text(x(result), HEIGHT - BOTTOM + 18, "middle", "%,d".formatted(result.nodes()));
    }
    LINES.forEach(this::line);
    svg.append("</svg>\n");
    return svg.toString();
  }

  private void line(Line line) {
    StringBuilder points = new StringBuilder();
    for (ScaleRun.Result result : results) {
      double y = y(line.value().applyAsDouble(result));
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(result), y));
      add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", x(result), y, line.color());
    }
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
        points.toString().strip(), line.color());
    ScaleRun.Result last = results.getLast();
    add(
        "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s</text>",
        x(last) + 8, y(line.value().applyAsDouble(last)) + 4, line.color(), line.name());
  }

  private double x(ScaleRun.Result result) {
    double share = Math.log(result.nodes() / leastNodes) / Math.log(mostNodes / leastNodes);
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private double y(double messages) {
    return HEIGHT - BOTTOM - messages / most * (HEIGHT - TOP - BOTTOM);
  }

  private void rule(double x1, double y1, double x2, double y2) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>",
        x1, y1, x2, y2);
  }

  private void text(double x, double y, String anchor, String what) {
    add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor, what);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
