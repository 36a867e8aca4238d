package ray.processes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Starts a node in a process of its own, which goes on when this one ends. */
public final class NodeLauncher {
  /** A node keeps little in its heap, which grows where it has to. */
  private static final String SMALL_HEAP = "-Xms32m";

  private NodeLauncher() {}

  /** Why a node did not start; the message is for the user. */
  public static final class StartFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    StartFailedException(String message) {
      super(message);
    }
  }

  /** Starts a node, and returns when programs can connect. */
  public static RunningNode start(NodeOptions options) throws IOException, StartFailedException {
    makeWay(options);
    Process process = new ProcessBuilder(commandLine(options)).start();
    process.getOutputStream().close();
    List<String> said = new ArrayList<>();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line; (line = out.readLine()) != null; ) {
      if (line.startsWith(HeadProcess.READY)) {
        int port = Integer.parseInt(line.substring(HeadProcess.READY.length()));
        return RunningNode.at(port)
            .orElseThrow(() -> new StartFailedException("the node has ended already"));
      }
      said.add(line);
    }
    BufferedReader err =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    for (String line; (line = err.readLine()) != null; ) {
      said.add(line);
    }
    throw new StartFailedException(
        said.isEmpty() ? "the node's process ended and said nothing" : String.join("\n", said));
  }

  /** Removes what a node has left that crashed at this port; refuses if one runs there. */
  static void makeWay(NodeOptions options) throws IOException, StartFailedException {
    if (options.port() != 0) {
      Optional<RunningNode> before = RunningNode.at(options.port());
      if (before.isPresent() && before.get().isAlive()) {
        throw new StartFailedException(
            "a node of yours runs at port "
                + options.port()
                + " already: connect to "
                + before.get().address()
                + ", stop it with `ray stop --port "
                + options.port()
                + "`, or start another with --port");
      }
      before.ifPresent(RunningNode::removeFiles);
    }
  }

  private static List<String> commandLine(NodeOptions options) {
    List<String> words = new ArrayList<>();
    // A session of its own, so that the end of the terminal is not its end.
    Path setsid = Path.of("/usr/bin/setsid");
    if (Files.isExecutable(setsid)) {
      words.add(setsid.toString());
    }
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(JvmOptions.ofThisJvm().stream().filter(NodeLauncher::isForLongLife).toList());
    words.add(SMALL_HEAP);
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    words.add(HeadProcess.class.getName());
    words.addAll(options.toArguments());
    return words;
  }

  /**
   * Commands that are over soon do without the JVM's better compiler; a node and its workers, which
   * take over the node's options, would be several times slower without it.
   */
  private static boolean isForLongLife(String option) {
    return !option.startsWith("-XX:TieredStopAtLevel=");
  }
}
