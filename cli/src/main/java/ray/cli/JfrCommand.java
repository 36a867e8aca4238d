package ray.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ray jfr}: records what a process does for a while. */
@Command(
    name = "jfr",
    description = "Record with Java's Flight Recorder what a worker does for some seconds.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The file is for JDK Mission Control, or for the JDK's own command `jfr`:",
      "",
      "  ray jfr 12345 --seconds 10",
      "  jfr summary ray-12345.jfr",
      "  jfr view hot-methods ray-12345.jfr"
    })
final class JfrCommand implements Callable<Integer> {
  private static final int MAX_SECONDS = 24 * 60 * 60;

  /** If this command is killed, the recording ends by itself, so much later than it should have. */
  private static final int GRACE_SECONDS = 30;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ChosenProcess process = new ChosenProcess();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "Where the recording goes (default: ray-PID.jfr in this folder).")
  private @Nullable Path file;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "For how long (default: ${DEFAULT-VALUE}).")
  private int seconds = 30;

  @Option(
      names = "--settings",
      paramLabel = "NAME",
      description =
          "How much is recorded: default (1 %% of the time), profile (2 %%), or a .jfc file"
              + " (default: ${DEFAULT-VALUE}).")
  private String settings = "profile";

  @Override
  public Integer call() throws IOException, InterruptedException, CommandFailedException {
    if (seconds < 1 || seconds > MAX_SECONDS) {
      throw new ParameterException(
          spec.commandLine(), "--seconds must be from 1 to " + MAX_SECONDS + ", not " + seconds);
    }
    Target target = process.find();
    Path recording = OutputFile.check(file, "ray-" + target.pid() + ".jfr");
    PrintWriter out = spec.commandLine().getOut();
    String name = "name=ray-" + ProcessHandle.current().pid();
    Jcmd.run(
        target,
        "JFR.start",
        name,
        "settings=" + settings,
        "duration=" + (seconds + GRACE_SECONDS) + "s",
        "filename=" + Jcmd.quoted(recording));
    out.println("Recording " + target.name() + " for " + seconds + " s; Ctrl-C ends it sooner.");
    out.flush();
    Thread stop = new Thread(() -> stopQuietly(target, name));
    Runtime.getRuntime().addShutdownHook(stop);
    Thread.sleep(seconds * 1_000L);
    Runtime.getRuntime().removeShutdownHook(stop);
    Jcmd.run(target, "JFR.stop", name);
    out.println("The recording is in " + OutputFile.describe(recording));
    return ExitCode.OK;
  }

  private static void stopQuietly(Target target, String name) {
    try {
      Jcmd.run(target, "JFR.stop", name);
    } catch (IOException | InterruptedException | CommandFailedException e) {
      // The process has ended, and the recording with it.
    }
  }
}
