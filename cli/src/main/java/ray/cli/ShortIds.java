package ray.cli;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import ray.ObjectId;

/**
 * Ids for people. What is random in an id, the number of a process, is cut to so few digits as tell
 * all that are shown apart, and to no fewer than six; what counts is kept. So a short id names one
 * thing among all that are shown with it.
 */
final class ShortIds {
  private static final int LEAST_DIGITS = 6;

  private final Map<Long, String> names = new HashMap<>();

  /** Short names for these processes. */
  ShortIds(Collection<Long> processes) {
    Set<Long> all = new TreeSet<>(processes);
    int digits = LEAST_DIGITS;
    while (digits < Long.BYTES * 2 && !tellsApart(all, digits)) {
      digits++;
    }
    for (long process : all) {
      names.put(process, cut(process, digits));
    }
  }

  private static boolean tellsApart(Set<Long> all, int digits) {
    Set<String> cut = new HashSet<>();
    return all.stream().allMatch(process -> cut.add(cut(process, digits)));
  }

  private static String cut(long process, int digits) {
    String all = Long.toHexString(process);
    return all.length() <= digits ? all : all.substring(0, digits);
  }

  /** A process or a job. */
  String of(long process) {
    return names.getOrDefault(process, Long.toHexString(process));
  }

  /** An object, a task, or an actor by its creation. */
  String of(ObjectId id) {
    String all = id.toString();
    String owner = Long.toHexString(id.owner());
    return of(id.owner()) + all.substring(owner.length());
  }

  /** Whether what somebody typed means this id: all of it, or its short form. */
  static boolean means(String typed, ObjectId id) {
    String wanted = typed.toLowerCase(Locale.ROOT);
    String all = id.toString();
    String number = all.substring(Long.toHexString(id.owner()).length());
    return all.equals(wanted)
        || wanted.endsWith(number)
            && wanted.length() >= number.length() + LEAST_DIGITS
            && all.startsWith(wanted.substring(0, wanted.length() - number.length()));
  }

  /** Whether what somebody typed means this process: all of its id, or its short form. */
  static boolean means(String typed, long process) {
    return typed.length() >= LEAST_DIGITS
        && Long.toHexString(process).startsWith(typed.toLowerCase(Locale.ROOT));
  }
}
