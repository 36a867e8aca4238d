package ray.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Prints maps, collections, texts, numbers and truths as JSON: one line an element of the outermost
 * array. What is empty or missing is {@code null}.
 */
final class Json {
  private final StringBuilder text = new StringBuilder();

  private Json() {}

  /** Prints an array with its elements on lines of their own. */
  static void printArray(PrintWriter out, Collection<?> elements) {
    if (elements.isEmpty()) {
      out.println("[]");
      return;
    }
    String before = "[\n ";
    for (Object each : elements) {
      out.print(before + of(each));
      before = ",\n ";
    }
    out.println("\n]");
  }

  /** A value as JSON, on one line. */
  static String of(@Nullable Object value) {
    Json json = new Json();
    json.add(value);
    return json.text.toString();
  }

  private void add(@Nullable Object value) {
    switch (value) {
      case null -> text.append("null");
      case Optional<?> optional -> add(optional.orElse(null));
      case Map<?, ?> map -> addMap(map);
      case Collection<?> all -> addAll(all);
      case Boolean truth -> text.append(truth);
      case Double number when number == Math.rint(number) && Math.abs(number) < 1e15 ->
          text.append(number.longValue());
      case Number number -> text.append(number);
      case Instant time -> addText(time.toString());
      default -> addText(value.toString());
    }
  }

  private void addMap(Map<?, ?> map) {
    text.append('{');
    for (Iterator<? extends Map.Entry<?, ?>> all = map.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<?, ?> entry = all.next();
      addText(String.valueOf(entry.getKey()));
      text.append(": ");
      add(entry.getValue());
      text.append(all.hasNext() ? ", " : "");
    }
    text.append('}');
  }

  private void addAll(Collection<?> values) {
    text.append('[');
    for (Iterator<?> all = values.iterator(); all.hasNext(); ) {
      add(all.next());
      text.append(all.hasNext() ? ", " : "");
    }
    text.append(']');
  }

  private void addText(String raw) {
    text.append('"');
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          // Half of a pair that stands alone is no text in any encoding.
          boolean alone =
              Character.isHighSurrogate(c)
                      && (i + 1 == raw.length() || !Character.isLowSurrogate(raw.charAt(i + 1)))
                  || Character.isLowSurrogate(c)
                      && (i == 0 || !Character.isHighSurrogate(raw.charAt(i - 1)));
          if (c < ' ' || alone) {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
