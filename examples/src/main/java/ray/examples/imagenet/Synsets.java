package ray.examples.imagenet;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The words of classes, from a text of lines such as {@code n01440764<TAB>tench, Tinca tinca}; a
 * blank does where a tab is missing, as in Kaggle's file.
 */
record Synsets(Map<String, String> words) {
  static Synsets parse(Optional<String> text) {
    Map<String, String> words = new HashMap<>();
    text.orElse("")
        .lines()
        .map(line -> line.strip().split("\\s+", 2))
        .forEach(parts -> {
          if (parts.length == 2) {
            words.put(parts[0], parts[1]);
          }
        });
    return new Synsets(Map.copyOf(words));
  }

  /** The words of a class; empty if none are known. */
  String of(String label) {
    return words.getOrDefault(label, "");
  }
}
