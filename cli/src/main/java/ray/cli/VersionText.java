package ray.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code ray --version} prints: Ray's version, then the JVM and the machine it runs on. */
final class VersionText implements IVersionProvider {
  private static final String RESOURCE = "version.properties";

  @Override
  public String[] getVersion() throws IOException {
    return new String[] {
      "ray " + rayVersion(),
      "java "
          + Runtime.version()
          + ", "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
    };
  }

  private static String rayVersion() throws IOException {
    try (InputStream in = VersionText.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException("the jar of the command lacks " + RESOURCE + "; build it again");
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    }
  }
}
