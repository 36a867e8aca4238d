package ray.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code ray classpath}: prints Ray's class path, for {@code javac -cp "$(./ray classpath)"} and
 * IDEs.
 */
@Command(
    name = "classpath",
    description = "Print Ray's class path, for javac, java and IDEs.",
    mixinStandardHelpOptions = true)
final class ClassPathCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().getOut().println(System.getProperty("java.class.path"));
  }
}
