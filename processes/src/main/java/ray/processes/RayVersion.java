package ray.processes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of Ray that runs, as its build wrote it down. */
public final class RayVersion {
  private static final String RESOURCE = "version.properties";

  private RayVersion() {}

  /** Reads it. */
  public static String read() {
    try (InputStream in = RayVersion.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("a jar of Ray lacks " + RESOURCE + "; build it again");
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the version of Ray", e);
    }
  }
}
