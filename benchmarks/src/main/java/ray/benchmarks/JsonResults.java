package ray.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps results in a file, as a JSON array of objects. The file is replaced as a whole, so that a
 * reader never sees half of it.
 */
final class JsonResults {
  private final Path file;
  private final @Nullable Baseline baseline;

  /** Results by themselves. */
  JsonResults(Path file) {
    this(file, null);
  }

  /** Results, each with what it is compared with, as far as that has it. */
  JsonResults(Path file, @Nullable Baseline baseline) {
    this.file = file.toAbsolutePath();
    this.baseline = baseline;
  }

  /** What stands in the way of writing; empty if nothing does. */
  String obstacle() {
    Path directory = file.getParent();
    if (Files.isDirectory(file)) {
      return file + " is a directory; name a file";
    }
    if (directory == null || !Files.isDirectory(directory)) {
      return "there is no directory " + directory + "; create it, or name another file";
    }
    if (!Files.isWritable(directory)) {
      return "the directory " + directory + " can't be written to; name another file";
    }
    return "";
  }

  void write(List<Result> results) throws IOException {
    writeObjects(results.stream().map(this::json).toList());
  }

  /** Writes objects that are JSON already. */
  void writeObjects(List<String> objects) throws IOException {
    String json = objects.stream().collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n"));
    Path unfinished = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(unfinished, json);
    Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private String json(Result result) {
    return String.format(
        Locale.ROOT,
        "{\"name\": \"%s\", \"per_second\": %.4f, \"stddev\": %.4f, \"p50_us\": %.3f, \"p90_us\":"
            + " %.3f, \"p99_us\": %.3f, \"max_us\": %.3f%s}",
        result.name().replace("\\", "\\\\").replace("\"", "\\\""),
        result.perSecond(),
        result.stddev(),
        result.p50Us(),
        result.p90Us(),
        result.p99Us(),
        result.maxUs(),
        compared(result));
  }

  private String compared(Result result) {
    OptionalDouble theirs = baseline == null ? OptionalDouble.empty() : baseline.of(result.name());
    return theirs.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            ", \"theirs_per_second\": %.4f, \"ratio\": %.4f",
            theirs.getAsDouble(),
            result.perSecond() / theirs.getAsDouble());
  }
}
