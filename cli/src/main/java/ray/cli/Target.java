package ray.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import ray.TaskInfo;
import ray.processes.Found;
import ray.processes.Member;
import ray.processes.NodeClient;
import ray.processes.SeenActor;
import ray.processes.SeenTask;

/**
 * The process that a word of the command line means.
 *
 * @param pid its number
 * @param name what it is called
 */
record Target(long pid, String name) {
  /** How many tasks are searched, running ones first. */
  private static final int SEARCHED = 10_000;

  /** What the node's own process is called. */
  private static final String NODE = "node";

  /**
   * Finds it: by a process's number or id, or by the id or the name of a task that runs or an actor
   * that lives.
   */
  static Target find(NodeClient node, String word) throws IOException, CommandFailedException {
    List<Member> members = node.members();
    long nodePid = node.status().pid();
    if (word.equals(NODE) || word.equals(Long.toString(nodePid))) {
      return new Target(nodePid, NODE + " " + nodePid);
    }
    for (Member member : members) {
      if (word.equals(Long.toString(member.pid()))) {
        return of(member);
      }
    }
    List<Member> byId =
        members.stream().filter(member -> ShortIds.means(word, member.process())).toList();
    if (byId.size() == 1) {
      return of(byId.getFirst());
    }
    Set<Member> places = new LinkedHashSet<>(byId);
    boolean hasNoPlace = addActors(node.seenActors(), word, places);
    Found<SeenTask> tasks = node.tasks(SEARCHED);
    hasNoPlace |= addTasks(tasks.entries(), word, places);
    if (places.size() == 1) {
      return of(places.iterator().next());
    }
    if (places.size() > 1) {
      throw new CommandFailedException(
          "'" + word + "' is in several processes: name one of " + names(places));
    }
    throw new CommandFailedException(
        hasNoPlace
            ? "'" + word + "' is in no worker now: see `ray list tasks` and `ray list actors`"
            : nothing(word, members, nodePid, tasks.notes()));
  }

  private static Target of(Member member) {
    return new Target(member.pid(), member.describe());
  }

  private static boolean addActors(List<SeenActor> actors, String word, Set<Member> places) {
    boolean hasNoPlace = false;
    for (SeenActor actor : actors) {
      if (word.equals(actor.info().name())
          || word.equals(actor.info().className())
          || ShortIds.means(word, actor.info().id().creation())) {
        actor.worker().ifPresent(places::add);
        hasNoPlace |= actor.worker().isEmpty();
      }
    }
    return hasNoPlace;
  }

  private static boolean addTasks(List<SeenTask> tasks, String word, Set<Member> places) {
    boolean hasNoPlace = false;
    for (SeenTask task : tasks) {
      TaskInfo info = task.info();
      if (word.equals(info.name())
          || word.equals(info.function())
          || ShortIds.means(word, info.id())) {
        task.worker().ifPresent(places::add);
        hasNoPlace |= task.worker().isEmpty();
      }
    }
    return hasNoPlace;
  }

  private static String nothing(
      String word, List<Member> members, long nodePid, List<String> notes) {
    List<String> there = new ArrayList<>(members.stream().map(Member::describe).toList());
    there.add(NODE + " " + nodePid);
    return "no process, task or actor here is called '"
        + word
        + "': there are "
        + String.join(", ", there)
        + Optional.of(String.join("; ", notes))
            .filter(n -> !n.isEmpty())
            .map("; "::concat)
            .orElse("");
  }

  private static String names(Set<Member> places) {
    return places.stream().map(Member::describe).collect(Collectors.joining(", "));
  }
}
