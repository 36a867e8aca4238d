package ray.examples.imagenet;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts what was loaded and what was not, class by class, from the batches' reports. */
final class Tally {
  private final SortedMap<String, Long> imagesByClass = new TreeMap<>();
  private final SortedMap<String, Long> failedByTar = new TreeMap<>();
  private final Map<Problem.Kind, Long> problemsByKind = new EnumMap<>(Problem.Kind.class);
  private long images;

  void add(BatchReport report) {
    report.images().forEach((label, count) -> imagesByClass.merge(label, (long) count, Long::sum));
    images += report.count();
    for (Problem problem : report.problems()) {
      problemsByKind.merge(problem.kind(), 1L, Long::sum);
      failedByTar.merge(problem.tar(), 1L, Long::sum);
    }
  }

  long images() {
    return images;
  }

  SortedMap<String, Long> imagesByClass() {
    return Collections.unmodifiableSortedMap(imagesByClass);
  }

  /** How many problems of each kind there were; kinds without are left out. */
  Map<Problem.Kind, Long> problemsByKind() {
    return Collections.unmodifiableMap(problemsByKind);
  }

  /** The tars that had problems, with how many. */
  SortedMap<String, Long> failedByTar() {
    return Collections.unmodifiableSortedMap(failedByTar);
  }
}
