package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What is said of a command that throws. */
class FailuresTest {
  /** A command that fails as it is told. */
  @Command(name = "fail")
  static final class FailingCommand implements Callable<Integer> {
    private final Exception failure;

    @SuppressWarnings("UnusedVariable") // only for the command line to know the option
    @Option(names = "--verbose")
    private boolean verbose;

    FailingCommand(Exception failure) {
      this.failure = failure;
    }

    @Override
    public Integer call() throws Exception {
      throw failure;
    }
  }

  private final StringWriter err = new StringWriter();

  private int failWith(Exception failure, String... arguments) {
    return new CommandLine(new FailingCommand(failure))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(new Failures())
        .execute(arguments);
  }

  @Test
  void failureForTheUserIsOneLine() {
    int exitCode = failWith(new CommandFailedException("there is no file 'x'; name one"));

    assertThat(exitCode).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString().lines()).containsExactly("fail: there is no file 'x'; name one");
  }

  @Test
  void otherFailureIsOneLineAndSaysHowToSeeMore() {
    failWith(new IOException("disk\n  full"));

    assertThat(err.toString().lines())
        .containsExactly("fail: IOException: disk full", "(--verbose shows the stack trace.)");
  }

  @Test
  void failureWithoutAMessageNamesItsType() {
    failWith(new IllegalStateException());

    assertThat(err.toString()).startsWith("fail: failed: java.lang.IllegalStateException");
  }

  @Test
  void verboseShowsTheStackTrace() {
    failWith(new IOException("disk full"), "--verbose");

    assertThat(err.toString())
        .contains("java.io.IOException: disk full", "at ray.cli.FailuresTest");
  }
}
