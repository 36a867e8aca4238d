package ray.benchmarks;

import java.io.PrintWriter;

/** Says on a terminal which case is being measured, as one takes several seconds. */
final class ProgressLine {
  private static final String CLEAR_LINE = "\r\033[K";

  private final PrintWriter err;
  private final int cases;
  private int begun;

  ProgressLine(PrintWriter err, int cases) {
    this.err = err;
    this.cases = cases;
  }

  void begin(String name) {
    begun++;
    write("[" + begun + "/" + cases + "] " + name + " …");
  }

  /** Before anything else is printed. */
  void clear() {
    write("");
  }

  private void write(String text) {
    if (System.console() != null && System.console().isTerminal()) {
      err.print(CLEAR_LINE + text);
      err.flush();
    }
  }
}
