package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link GuestProgram} that runs. It ends with this object at the latest. */
final class GuestProcess implements AutoCloseable {
  private static final long PATIENCE_S = 120;
  private static final String ENDED = "(it has ended)";

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  /**
   * Starts it.
   *
   * @param before words of the command line before those of the JVM
   */
  static GuestProcess start(List<String> before, String address, String part) throws IOException {
    List<String> words = new ArrayList<>(before);
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    words.addAll(List.of(GuestProgram.class.getName(), address, part));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().put("RAY_TOKEN_FILE", Tokens.file().toString());
    return new GuestProcess(builder.start());
  }

  private GuestProcess(Process process) {
    this.process = process;
    Thread.ofVirtual()
        .start(() -> {
          try (BufferedReader out =
              new BufferedReader(
                  new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line; (line = out.readLine()) != null; ) {
              lines.add(line);
            }
          } catch (IOException e) {
            lines.add(e.toString());
          }
          lines.add(ENDED);
        });
  }

  /** Waits until it prints a line that contains this. */
  void awaitLine(String part) throws InterruptedException {
    List<String> others = new ArrayList<>();
    while (true) {
      String line = lines.poll(PATIENCE_S, TimeUnit.SECONDS);
      assertThat(line).as("'%s' after %s", part, others).isNotNull();
      if (line.contains(part)) {
        return;
      }
      others.add(line);
      assertThat(line).as("'%s' after %s", part, others).isNotEqualTo(ENDED);
    }
  }

  int awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).as("it ends").isTrue();
    return process.exitValue();
  }

  /** Ends it as {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }
}
