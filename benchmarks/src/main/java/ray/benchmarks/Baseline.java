package ray.benchmarks;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rates that were measured elsewhere, by the names of their cases: what {@code ray microbenchmark}
 * of Ray itself printed, or a file that {@link JsonResults} wrote. Immutable.
 *
 * @param file where they stand
 * @param perSecond operations a second, all positive, in the order of the file; of a case that
 *     stands there twice, the last
 */
record Baseline(Path file, Map<String, Double> perSecond) {
  private static final String NUMBER = "([0-9][0-9.]*(?:[eE][-+]?[0-9]+)?)";

  /** A line of Ray's, or of ours; what else a program printed is no such line. */
  private static final Pattern LINE =
      Pattern.compile("^(\\S.*?) per second " + NUMBER + " \\+- \\S+", Pattern.MULTILINE);

  private static final Pattern OBJECT =
      Pattern.compile(
          "\"name\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"\\s*,\\s*\"per_second\"\\s*:\\s*" + NUMBER);

  /** Why a file can't be compared with; the message is for the user. */
  static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableException(String message) {
      super(message);
    }
  }

  /**
   * Reads a file.
   *
   * @param known the names of the cases that are to be compared
   * @throws UnusableException if the file can't be read, or has none of them
   */
  static Baseline read(Path file, Set<String> known) throws UnusableException {
    String text = text(file);
    boolean json = text.stripLeading().startsWith("[");
    Map<String, Double> rates = new LinkedHashMap<>();
    Matcher found = (json ? OBJECT : LINE).matcher(text);
    while (found.find()) {
      String name = json ? found.group(1).replaceAll("\\\\(.)", "$1") : found.group(1);
      rate(found.group(2)).ifPresent(rate -> rates.put(name, rate));
    }
    if (rates.isEmpty()) {
      throw new UnusableException(
          file
              + " has no line like 'single client tasks sync per second 415.29 +- 22.68': give what"
              + " `ray microbenchmark` printed, or what --json wrote");
    }
    if (rates.keySet().stream().noneMatch(known::contains)) {
      throw new UnusableException(
          file
              + " has none of the cases that would be measured; --list prints their names, and it"
              + " begins with '"
              + rates.keySet().iterator().next()
              + "'");
    }
    return new Baseline(file, rates);
  }

  private static String text(Path file) throws UnusableException {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new UnusableException(
          "there is no file " + file + " to compare with: make one by `ray microbenchmark > FILE`");
    } catch (CharacterCodingException e) {
      throw new UnusableException(
          file + " is no text: give what `ray microbenchmark` printed, or what --json wrote");
    } catch (IOException e) {
      throw new UnusableException(
          file
              + (Files.isDirectory(file) ? " is a directory" : " can't be read (" + e + ")")
              + ": name a file that can be read");
    }
  }

  /** Nothing can be said of a rate that was rounded down to zero. */
  private static OptionalDouble rate(String number) {
    try {
      double rate = Double.parseDouble(number);
      return rate > 0 ? OptionalDouble.of(rate) : OptionalDouble.empty();
    } catch (NumberFormatException notANumber) {
      return OptionalDouble.empty();
    }
  }

  /** What that case did there. */
  OptionalDouble of(String name) {
    Double rate = perSecond.get(name);
    return rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate);
  }

  /** How many times as many operations this is. */
  OptionalDouble ratio(Result result) {
    OptionalDouble theirs = of(result.name());
    return theirs.isEmpty() ? theirs : OptionalDouble.of(result.perSecond() / theirs.getAsDouble());
  }
}
