package ray.cli;

import picocli.CommandLine.IVersionProvider;
import ray.processes.RayVersion;

/** What {@code ray --version} prints: Ray's version, then the JVM and the machine it runs on. */
final class VersionText implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "ray " + RayVersion.read(),
      "java "
          + Runtime.version()
          + ", "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
    };
  }
}
