package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/** What tasks print comes to the program's console. */
@ResourceLock(Resources.SYSTEM_OUT)
class ConsoleTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private String printedBy(Runnable program) {
    PrintStream before = System.out;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static Payload.Output line(String text, long pid) {
    return new Payload.Output("f", pid, false, text);
  }

  @Test
  void aLineThatComesAgainIsPrintedOnceAndCounted() {
    String printed =
        printedBy(() -> {
          try (Console console = new Console("test")) {
            for (int i = 0; i < 5; i++) {
              console.print(line("again", 1));
            }
            console.print(line("other", 2));
          }
        });

    assertThat(printed.lines())
        .containsExactly(
            "(f pid=1) again", "(f pid=1) again [repeated 4 times]", "(f pid=2) other");
  }

  static long speak(String text) {
    System.out.println(text);
    System.out.print("and ");
    System.out.println("more");
    return ProcessHandle.current().pid();
  }

  @Test
  void whatTasksPrintIsThereWhenTheProgramHasEnded() {
    List<Long> pids = new ArrayList<>();
    String printed =
        printedBy(() -> {
          try (LocalNode node = LocalNode.start(RayOptions.defaults().cpus(1));
              RayInstance ray = Ray.start(RayOptions.defaults().address(node.address()).quiet())) {
            pids.add(ray.call(() -> Ray.remote(ConsoleTest::speak).remote("grüße").get()));
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });

    assertThat(printed.lines())
        .hasSize(2)
        .first()
        .asString()
        .contains("speak", " pid=" + pids.getFirst() + ") grüße");
    assertThat(printed).contains(") and more");
  }
}
