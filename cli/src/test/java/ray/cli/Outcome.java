package ray.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What a command printed, and the exit code it ended with. */
record Outcome(int exitCode, String out, String err) {
  /** Runs the command inside the test's JVM. */
  static Outcome of(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        RayCommandLine.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    return new Outcome(exitCode, out.toString(), err.toString());
  }
}
