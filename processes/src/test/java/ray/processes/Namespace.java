package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace: as another machine, as far as the network goes. A cable leads to it from
 * this one, with an address at each end. Needs root, and the command {@code ip}.
 */
final class Namespace implements AutoCloseable {
  private static final String NAME = "raytest" + ProcessHandle.current().pid() % 100_000;

  /** Of a name of an interface there may be 15 characters. */
  private static final String HERE = NAME + "h";

  private static final String THERE = NAME + "t";
  private static final String NETWORK = "10.213." + ProcessHandle.current().pid() % 250 + ".";

  private Namespace() {}

  /** Whether there can be one here; else why not. */
  static String obstacle() {
    try {
      String said = run(List.of("ip", "netns", "add", NAME));
      if (!said.isEmpty()) {
        return said;
      }
      return run(List.of("ip", "netns", "delete", NAME));
    } catch (IOException | InterruptedException e) {
      return String.valueOf(e.getMessage());
    }
  }

  static Namespace make() throws IOException, InterruptedException {
    must("ip", "netns", "add", NAME);
    Namespace made = new Namespace();
    must("ip", "link", "add", HERE, "type", "veth", "peer", "name", THERE, "netns", NAME);
    must("ip", "addr", "add", NETWORK + "1/24", "dev", HERE);
    must("ip", "link", "set", HERE, "up");
    made.must(List.of("ip", "addr", "add", NETWORK + "2/24", "dev", THERE));
    made.must(List.of("ip", "link", "set", THERE, "up"));
    made.must(List.of("ip", "link", "set", "lo", "up"));
    return made;
  }

  /** This machine's address, as seen from there. */
  String address() {
    return NETWORK + "1";
  }

  /** What a command line begins with that is to run there. */
  List<String> prefix() {
    return List.of("ip", "netns", "exec", NAME);
  }

  /** Nothing passes any more, and nobody is told. */
  void pullCable() throws IOException, InterruptedException {
    must("ip", "link", "set", HERE, "down");
  }

  private static void must(String... words) throws IOException, InterruptedException {
    assertThat(run(List.of(words))).as(String.join(" ", words)).isEmpty();
  }

  private void must(List<String> words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(prefix());
    all.addAll(words);
    assertThat(run(all)).as(String.join(" ", all)).isEmpty();
  }

  private static String run(List<String> words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
    return process.exitValue() == 0
        ? ""
        : said.strip() + " (exit code " + process.exitValue() + ")";
  }

  @Override
  public void close() throws IOException, InterruptedException {
    run(List.of("ip", "netns", "delete", NAME));
    run(List.of("ip", "link", "delete", HERE));
  }
}
