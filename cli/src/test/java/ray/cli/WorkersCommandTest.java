package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ray.ActorRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/** {@code ray workers} and {@code ray debug}, on a node that has something to do. */
@Timeout(120)
class WorkersCommandTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern PORT = Pattern.compile("listens for a debugger at 127.0.0.1:(\\d+)");
  private static final String HANDSHAKE = "JDWP-Handshake";

  @TempDir private Path folder = Path.of("");
  private BusyNode node;

  @BeforeEach
  void start() throws Exception {
    node = new BusyNode(folder);
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void busyWorkersAreLeftAloneUnlessForced() {
    Outcome refused = node.look("workers", "restart");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err().lines())
        .singleElement()
        .asString()
        .contains("is busy", "BusyNode.waits", "keeper lives", "force");

    Outcome forced = node.look("workers", "restart", "--force");

    assertThat(forced.err()).isEmpty();
    assertThat(forced.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(forced.out()).contains("1 worker ended, and a new one runs.");
    assertThat(ProcessHandle.of(node.worker()).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void whoseWorkersAreMeantMustBeClear() {
    Outcome unknown = node.look("workers", "kill", "--job", "999999999");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(unknown.err()).contains("999999999", "program " + ProcessHandle.current().pid());

    try (RayInstance other = Ray.start(RayOptions.defaults().address(node.address()).quiet())) {
      Outcome several = node.look("workers", "kill");

      assertThat(other).isNotNull();
      assertThat(several.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(several.err()).contains("several programs are connected", "--job");
    }
    assertThat(Outcome.of("workers").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  static final class Debugged {
    long pid() {
      return ProcessHandle.current().pid();
    }
  }

  @Test
  void aDebuggerAttachesToWhatAsksForIt() throws Exception {
    try (RayInstance ray = Ray.start(RayOptions.defaults().address(node.address()).quiet())) {
      ActorRef<Debugged> actor = Ray.actor(Debugged::new).on(ray).debug().remote();
      long pid = actor.call(Debugged::pid).get(PATIENCE);

      Outcome outcome = node.look("debug", Long.toString(pid));

      assertThat(outcome.err()).isEmpty();
      assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
      Matcher port = PORT.matcher(outcome.out());
      assertThat(port.find()).isTrue();
      InetAddress loopback = InetAddress.getLoopbackAddress();
      try (Socket debugger = new Socket(loopback, Integer.parseInt(port.group(1)))) {
        debugger.getOutputStream().write(HANDSHAKE.getBytes(StandardCharsets.US_ASCII));
        byte[] answer = debugger.getInputStream().readNBytes(HANDSHAKE.length());
        assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo(HANDSHAKE);
      }
    }
  }

  @Test
  void aWorkerThatWasNotStartedForItSaysHow() {
    Outcome outcome = node.look("debug", Long.toString(node.worker()));

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err()).contains("worker " + node.worker(), "ray start --head --debug");
  }
}
