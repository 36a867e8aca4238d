package ray.processes;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which drivers and workers belong to a node, and who died of late. Thread-safe. */
final class Members {
  /** How many deaths newcomers are told of. */
  private static final int MAX_REMEMBERED = 1_000;

  private final Map<Long, Member> members = new LinkedHashMap<>();
  private final ArrayDeque<Long> dead = new ArrayDeque<>();
  private int joined;

  /** A process joins; returns the first part of its keys. */
  synchronized int add(Member member) {
    members.put(member.process(), member);
    return ++joined;
  }

  /** A process is gone; returns what it was, or null if it was not there. */
  synchronized @Nullable Member remove(long process) {
    Member removed = members.remove(process);
    if (removed != null) {
      dead.add(process);
      if (dead.size() > MAX_REMEMBERED) {
        dead.remove();
      }
    }
    return removed;
  }

  synchronized @Nullable Member find(long process) {
    return members.get(process);
  }

  synchronized @Nullable Member driver(long job) {
    for (Member member : members.values()) {
      if (member.isDriver() && member.job() == job) {
        return member;
      }
    }
    return null;
  }

  synchronized List<Member> workers(long job) {
    List<Member> workers = new ArrayList<>();
    for (Member member : members.values()) {
      if (!member.isDriver() && member.job() == job) {
        workers.add(member);
      }
    }
    return workers;
  }

  synchronized List<Member> all() {
    return List.copyOf(members.values());
  }

  synchronized List<Long> recentlyDead() {
    return List.copyOf(dead);
  }
}
