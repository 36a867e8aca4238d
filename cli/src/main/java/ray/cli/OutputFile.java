package ray.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file that another process is to write for a command. */
final class OutputFile {
  private OutputFile() {}

  /** The file that was asked for, or one of this name here, if it can be made. */
  static Path check(@Nullable Path asked, String name) throws CommandFailedException {
    Path file = (asked == null ? Path.of(name) : asked).toAbsolutePath();
    if (Files.exists(file)) {
      throw new CommandFailedException(file + " exists already: remove it, or name another FILE");
    }
    Path folder = file.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new CommandFailedException("there is no folder " + folder + ": name another FILE");
    }
    return file;
  }

  /** Its name and size. */
  static String describe(Path file) throws IOException {
    return file + ", " + Amounts.bytes(Files.size(file));
  }
}
