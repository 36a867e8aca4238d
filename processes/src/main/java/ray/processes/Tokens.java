package ray.processes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The secret that every connection presents. The first start makes it, in a file that only its user
 * can read; others get it by {@code RAY_TOKEN} or {@code RAY_TOKEN_FILE}.
 */
public final class Tokens {
  private static final int RANDOM_BYTES = 32;

  private Tokens() {}

  /** Where the user's own token lies. */
  public static Path file() {
    String home = System.getProperty("user.home", ".");
    return Path.of(home, ".ray-java", "token");
  }

  /** The token to present or to ask for; makes the user's own if there is none. */
  public static byte[] load(@Nullable Path given) throws IOException {
    String value = System.getenv("RAY_TOKEN");
    if (given == null && value != null && !value.isBlank()) {
      return value.strip().getBytes(StandardCharsets.UTF_8);
    }
    String named = System.getenv("RAY_TOKEN_FILE");
    Path file = given != null ? given : named != null ? Path.of(named) : file();
    if (!Files.exists(file)) {
      if (!file.equals(file())) {
        throw new IOException("there is no token file " + file);
      }
      make(file);
    }
    String token = Files.readString(file).strip();
    if (token.isEmpty()) {
      throw new IOException("the token file " + file + " is empty");
    }
    return token.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The file from which a node and its workers read the token: the one that is given, or that the
   * environment names, or the user's own. A token that the environment has itself is written into
   * the session's folder, for the workers.
   */
  static Path forNode(@Nullable Path given, Map<String, String> environment, Path folder)
      throws IOException {
    if (given != null) {
      return given;
    }
    String value = environment.get("RAY_TOKEN");
    if (value != null && !value.isBlank()) {
      var ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
      return Files.writeString(Files.createFile(folder.resolve("token"), ownerOnly), value);
    }
    String named = environment.get("RAY_TOKEN_FILE");
    return named == null ? file() : Path.of(named).toAbsolutePath();
  }

  static void make(Path file) throws IOException {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    // Written aside, so that nobody finds it empty; by default a temporary file is its owner's
    // only.
    Path written = Files.createTempFile(folder, "token", ".new");
    try {
      Files.writeString(written, HexFormat.of().formatHex(random) + "\n");
      Files.createLink(file, written);
    } catch (FileAlreadyExistsException another) {
      // Another start was first; its token is as good.
    } finally {
      Files.delete(written);
    }
  }
}
