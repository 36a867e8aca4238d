package ray.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Isolated;
import picocli.CommandLine;

/** {@code ray soak}, as long as {@code ray.soak.minutes} says. */
@Isolated("it takes all CPUs that it can get")
class SoakTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int soak(String... arguments) {
    return new CommandLine(new SoakCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void programsComeToTheirResultsWhileWorkersAreKilled() {
    String minutes = System.getProperty("ray.soak.minutes", "0.4");

    int exitCode = soak("--minutes", minutes, "--seed", "1", "--kill-every", "2", "--only-kills");

    System.out.println(out);
    assertThat(exitCode).as(out + "\n" + err).isZero();
    assertThat(out.toString())
        .contains("no wrong result; nothing is left")
        .containsPattern("[0-9,]+ tasks and calls, [1-9][0-9,]* workers killed");
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThat(soak("--minutes", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("--minutes must be positive, not 0");
    assertThat(soak("--kill-every", "-1")).isEqualTo(2);
    assertThat(soak("--address", "ray://127.0.0.1:1", "--minutes", "1")).isEqualTo(2);
  }
}
