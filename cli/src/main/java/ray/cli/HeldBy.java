package ray.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.ObjectInfo;
import ray.processes.Member;

/** Why an object is held, in words. */
final class HeldBy {
  /** The reason of a process that has a view of an object's bytes. */
  static final String VIEW = "VIEW";

  /** The reason of a process that keeps bytes in the store, and does not say why. */
  static final String PIN = "PIN";

  private HeldBy() {}

  /** All reasons of a process, the counts of each. */
  static String reasons(Map<ObjectInfo.Holder, Integer> holders) {
    List<String> words = new ArrayList<>();
    holders.forEach((holder, count) -> words.add(reason(holder.name(), count)));
    return words.isEmpty() ? "nothing any more" : String.join(", ", words);
  }

  /** Who holds an object and why; processes other than the owner are named. */
  static String all(List<MemoryReport.Hold> holds, @Nullable Member owner) {
    Map<String, List<String>> byWho = new LinkedHashMap<>();
    for (MemoryReport.Hold hold : holds) {
      String who = owner != null && owner.process() == hold.process() ? "" : hold.who() + ": ";
      byWho
          .computeIfAbsent(who, missing -> new ArrayList<>())
          .add(reason(hold.reason(), hold.count()));
    }
    List<String> words = new ArrayList<>();
    byWho.forEach((who, reasons) -> words.add(who + String.join(", ", reasons)));
    return words.isEmpty() ? "nothing any more" : String.join("; ", words);
  }

  private static String reason(String reason, int count) {
    return switch (reason) {
      case "LOCAL_HANDLE" -> counted(count, "handle");
      case "TASK_ARGUMENT" -> "argument of " + counted(count, "pending task");
      case "CONTAINED" -> "inside " + counted(count, "object");
      case "ALIAS" -> counted(count, "other name");
      case "BORROWER" -> count == 1 ? "borrowed" : count + " borrowers";
      case "PENDING_TASK" -> "its task is pending";
      case VIEW -> "views";
      case PIN -> "keeps it";
      default -> counted(count, reason);
    };
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
