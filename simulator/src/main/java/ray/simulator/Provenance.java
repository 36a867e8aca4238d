package ray.simulator;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.RefArgument;
import ray.core.TaskSpec;

/**
 * Through whose hands each object came to each process, and where tasks and actors were sent: what
 * a death may have touched. It watches messages, as a bystander would.
 */
final class Provenance {
  /** That a process has an object, perhaps by nothing but what contains it. */
  private record Holding(ObjectId object, long process) {}

  /** On which others a holding relied when it began: the giver's, or that of what contains it. */
  private final Map<Holding, Set<Holding>> reliances = new HashMap<>();

  /** The workers to which the runs of a task of that name were sent, by attempt. */
  private final Map<String, Map<Integer, Set<Long>>> runs = new HashMap<>();

  /** The nodes and workers to which each incarnation of an actor was sent. */
  private final Map<ActorId, Map<Integer, Set<Long>>> hosts = new HashMap<>();

  /** Something is sent, whether or not it arrives. */
  void sent(long from, long to, Message message) {
    switch (message) {
      case Message.PushTasks push -> push.tasks().forEach(each -> pushed(from, to, each));
      case Message.PushCalls push -> push.calls().forEach(each -> pushed(from, to, each));
      case Message.RegisterActor register ->
          taken(from, to, register.spec().creation(), register.values());
      case Message.PlaceActor place -> {
        taken(from, to, place.spec().creation(), place.values());
        hosted(place.spec().id(), place.incarnation(), to);
      }
      case Message.CreateActor create -> {
        taken(from, to, create.spec().creation(), create.values());
        hosted(create.spec().id(), create.incarnation(), to);
      }
      case Message.TasksDone done -> {
        for (Message.Done result : done.results()) {
          result.outcomes().forEach(outcome -> contained(from, to, outcome, null));
        }
      }
      case Message.ItemMade item -> contained(from, to, item.outcome(), null);
      case Message.Resolved answer -> {
        given(from, to, answer.object());
        contained(from, to, answer.outcome(), answer.object());
      }
      case Message.AddBorrower added -> given(added.registrar(), added.borrower(), added.object());
      default -> {}
    }
  }

  private void pushed(long from, long to, Message.Push push) {
    TaskSpec spec = push.spec();
    taken(from, to, spec, push.values());
    note(runs, spec.name(), push.attempt(), to);
  }

  private void hosted(ActorId actor, int incarnation, long host) {
    note(hosts, actor, incarnation, host);
  }

  private static <K> void note(Map<K, Map<Integer, Set<Long>>> all, K key, int number, long where) {
    all.computeIfAbsent(key, missing -> new TreeMap<>())
        .computeIfAbsent(number, missing -> new HashSet<>(2))
        .add(where);
  }

  private void taken(long from, long to, TaskSpec spec, Outcome @Nullable [] values) {
    int value = 0;
    for (Object argument : spec.arguments()) {
      if (argument instanceof RefArgument(ObjectId id)) {
        given(from, to, id);
        if (values != null) {
          contained(from, to, values[value++], id);
        }
      }
    }
    spec.nested().forEach(id -> given(from, to, id));
    ActorId actor = spec.actor();
    if (actor != null) {
      given(from, to, actor.creation());
    }
  }

  /** The refs in a value of an object, which holds them for its reader. */
  private void contained(long from, long to, Outcome outcome, @Nullable ObjectId umbrella) {
    for (ObjectId id : outcome.contained()) {
      given(from, to, id);
      if (umbrella != null) {
        relies(new Holding(id, to), new Holding(umbrella, to));
      }
    }
  }

  private void given(long from, long to, ObjectId object) {
    if (from != to) {
      relies(new Holding(object, to), new Holding(object, from));
    }
  }

  private void relies(Holding later, Holding earlier) {
    reliances.computeIfAbsent(later, missing -> new HashSet<>(4)).add(earlier);
  }

  /** Whether an object may have come to a process through the hands of one of those. */
  boolean cameThrough(LongPredicate some, ObjectId object, long reader) {
    Set<Holding> seen = new HashSet<>();
    ArrayDeque<Holding> open = new ArrayDeque<>(List.of(new Holding(object, reader)));
    for (Holding at; (at = open.poll()) != null; ) {
      if (some.test(at.process())) {
        return true;
      }
      if (seen.add(at)) {
        open.addAll(reliances.getOrDefault(at, Set.of()));
      }
    }
    return false;
  }

  /** Whether one of those gave an object to anybody. */
  boolean wasGivenBy(LongPredicate some, ObjectId object) {
    return reliances.entrySet().stream()
        .filter(each -> each.getKey().object().equals(object))
        .anyMatch(each -> each.getValue().stream().anyMatch(by -> some.test(by.process())));
  }

  /** Whether that run of a task of that name, or a later one, was sent to one of those. */
  boolean ranOn(LongPredicate some, String task, int attempt) {
    return runs.getOrDefault(task, Map.of()).entrySet().stream()
        .anyMatch(run -> run.getKey() >= attempt && run.getValue().stream().anyMatch(some::test));
  }

  /** How many incarnations of an actor were sent to one of those. */
  int incarnationsOn(LongPredicate some, ActorId actor) {
    int count = 0;
    for (Set<Long> places : hosts.getOrDefault(actor, Map.of()).values()) {
      count += places.stream().anyMatch(some::test) ? 1 : 0;
    }
    return count;
  }
}
