package ray.runtime;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import ray.FunctionInfo;
import ray.ObjectInfo;
import ray.Resources;
import ray.SchedulerInfo;
import ray.TaskInfo;
import ray.core.FunctionKey;
import ray.core.Outcome;
import ray.core.owner.ObjectView;
import ray.core.owner.QueueView;
import ray.core.owner.TaskView;

/** Shows what owners know, in the API's words. */
public final class Looking {
  private final List<OwnerShell> owners;

  /** A look into these owners. */
  public Looking(List<OwnerShell> owners) {
    this.owners = List.copyOf(owners);
  }

  /** Unfinished tasks and the latest ended ones. */
  public List<TaskInfo> tasks(BiFunction<Long, FunctionKey, String> waitingFor) {
    var once = askedOnce(waitingFor);
    List<TaskInfo> infos = new ArrayList<>();
    for (OwnerShell owner : owners) {
      for (TaskView view : views(owner)) {
        infos.add(task(owner, view, once));
      }
    }
    return infos;
  }

  private static List<TaskView> views(OwnerShell owner) {
    List<TaskView> views = new ArrayList<>();
    owner.ask(core -> {
      core.forEachTask(views::add);
      return true;
    });
    return views;
  }

  /** Tasks of one class wait for the same. */
  private static BiFunction<Long, FunctionKey, String> askedOnce(
      BiFunction<Long, FunctionKey, String> waitingFor) {
    Map<Long, Map<FunctionKey, String>> known = new HashMap<>();
    return (owner, key) ->
        known
            .computeIfAbsent(owner, missing -> new HashMap<>())
            .computeIfAbsent(key, missing -> waitingFor.apply(owner, key));
  }

  /**
   * Some of many.
   *
   * @param shown those that matter most
   * @param total how many there are
   */
  public record Some<T>(List<T> shown, long total) {
    /** Copies. */
    public Some {
      shown = List.copyOf(shown);
    }
  }

  /** At most so many tasks: running ones, those that wait longest, the latest ended ones. */
  public Some<TaskInfo> tasks(BiFunction<Long, FunctionKey, String> waitingFor, int limit) {
    var once = askedOnce(waitingFor);
    record Task(OwnerShell owner, TaskView view) {}
    List<Task> all = new ArrayList<>();
    for (OwnerShell owner : owners) {
      views(owner).forEach(view -> all.add(new Task(owner, view)));
    }
    return new Some<>(
        all.stream()
            .sorted(Comparator.comparing(Task::view, Looking::compare))
            .limit(limit)
            .map(task -> task(task.owner(), task.view(), once))
            .toList(),
        all.size());
  }

  private static int compare(TaskView a, TaskView b) {
    int byState = Integer.compare(rank(a.state()), rank(b.state()));
    if (byState != 0) {
      return byState;
    }
    int byTime = Long.compare(a.sinceNs() - b.sinceNs(), 0);
    return rank(a.state()) < rank(TaskInfo.State.FINISHED) ? byTime : -byTime;
  }

  private static int rank(TaskInfo.State state) {
    return switch (state) {
      case RUNNING -> 0;
      case QUEUED -> 1;
      case WAITING_FOR_ARGUMENTS -> 2;
      case FINISHED, FAILED, CANCELLED -> 3;
    };
  }

  private static TaskInfo task(
      OwnerShell owner, TaskView view, BiFunction<Long, FunctionKey, String> waitingFor) {
    String reason =
        switch (view.state()) {
          case WAITING_FOR_ARGUMENTS ->
              view.unresolved() == 1 ? "1 argument" : view.unresolved() + " arguments";
          case QUEUED ->
              view.actor() != null
                  ? "actor " + view.actor()
                  : orElse(
                      waitingFor.apply(owner.id(), view.schedulingClass()),
                      "its turn on a lease of " + view.schedulingClass().resources());
          case RUNNING, FINISHED, FAILED, CANCELLED -> "";
        };
    return new TaskInfo(
        view.id(),
        view.name(),
        view.schedulingClass().function(),
        view.state(),
        reason,
        instant(view.sinceNs()),
        view.attempt(),
        Optional.ofNullable(view.actor()),
        view.schedulingClass().resources(),
        view.labels(),
        Optional.ofNullable(view.failure()).map(Looking::text));
  }

  private static String orElse(String text, String other) {
    return text.isEmpty() ? other : text;
  }

  private static String text(Outcome.Failed failure) {
    return failure.error() instanceof RemoteError error ? error.text : failure.message();
  }

  private static Instant instant(long sinceNs) {
    return Instant.now().minusNanos(System.nanoTime() - sinceNs);
  }

  /** Objects that live. */
  public List<ObjectInfo> objects() {
    List<ObjectInfo> infos = new ArrayList<>();
    for (OwnerShell owner : owners) {
      List<ObjectView> views = new ArrayList<>();
      owner.ask(core -> {
        core.forEachObject(views::add);
        return true;
      });
      views.forEach(view -> infos.add(object(view)));
    }
    return infos;
  }

  /**
   * An object that a process holds.
   *
   * @param info what is known of it, with the process's own reasons to hold it
   * @param owned whether it is the process's own
   * @param storeKey where the store has it; 0 if it is not known to be there
   */
  public record Held(ObjectInfo info, boolean owned, long storeKey) {}

  /**
   * At most so many objects, owned or borrowed, the largest first; their total is of owned ones.
   */
  public Some<Held> held(int limit) {
    record View(ObjectView view, boolean owned) {
      long bytes() {
        return sizeBytes(view.outcome());
      }
    }
    List<View> all = new ArrayList<>();
    for (OwnerShell owner : owners) {
      owner.ask(core -> {
        core.forEachObject(view -> all.add(new View(view, true)));
        core.forEachBorrowed(view -> all.add(new View(view, false)));
        return true;
      });
    }
    return new Some<>(
        all.stream()
            .sorted(Comparator.comparingLong(View::bytes).reversed())
            .limit(limit)
            .map(each -> new Held(object(each.view()), each.owned(), key(each.view().outcome())))
            .toList(),
        all.stream().filter(View::owned).count());
  }

  private static long key(@Nullable Outcome outcome) {
    return outcome instanceof Outcome.Stored stored ? stored.key() : 0;
  }

  private static long sizeBytes(@Nullable Outcome outcome) {
    return switch (outcome) {
      case Outcome.Inline inline -> inline.sizeBytes();
      case Outcome.Stored stored -> stored.sizeBytes();
      case null, default -> 0;
    };
  }

  private static ObjectInfo object(ObjectView view) {
    Outcome outcome = view.outcome();
    ObjectInfo.State state =
        switch (outcome) {
          case null -> view.alias() ? ObjectInfo.State.ALIAS : ObjectInfo.State.PENDING;
          case Outcome.Failed failed -> ObjectInfo.State.FAILED;
          case Outcome.Inline inline -> ObjectInfo.State.READY;
          case Outcome.Stored stored -> ObjectInfo.State.READY;
          case Outcome.Alias alias -> ObjectInfo.State.ALIAS;
        };
    Map<String, Integer> borrowers = new TreeMap<>();
    view.borrowers().forEach((process, count) -> borrowers.put(Long.toHexString(process), count));
    return new ObjectInfo(
        view.id(),
        state,
        sizeBytes(outcome),
        outcome instanceof Outcome.Stored,
        view.holders(),
        borrowers,
        Optional.ofNullable(site(view.creationSite())));
  }

  private static @Nullable String site(@Nullable Object recorded) {
    if (!(recorded instanceof Throwable where)) {
      return null;
    }
    for (StackTraceElement frame : where.getStackTrace()) {
      if (!isRays(frame.getClassName())) {
        return frame.toString();
      }
    }
    StringWriter all = new StringWriter();
    where.printStackTrace(new PrintWriter(all));
    return all.toString();
  }

  /** The API and what is behind it; examples and tests are programs. */
  private static boolean isRays(String className) {
    return className.startsWith("ray.runtime.")
        || className.startsWith("ray.embedded.")
        || className.startsWith("ray.spi.")
        || className.startsWith("ray.")
            && className.length() > 4
            && Character.isUpperCase(className.charAt(4));
  }

  /** What the schedulers of all owners are doing. */
  public SchedulerInfo scheduler(
      BiFunction<Long, FunctionKey, String> waitingFor,
      Resources total,
      Resources available,
      long blocked) {
    long running = 0;
    long waitingForArguments = 0;
    long nowNs = System.nanoTime();
    List<SchedulerInfo.Queue> queues = new ArrayList<>();
    Map<String, FunctionInfo> functions = new HashMap<>();
    for (OwnerShell owner : owners) {
      List<QueueView> views = new ArrayList<>();
      long[] counts = new long[2];
      owner.ask(core -> {
        core.forEachQueue(views::add);
        core.forEachTask(task -> {
          counts[0] += task.state() == TaskInfo.State.RUNNING ? 1 : 0;
          counts[1] += task.state() == TaskInfo.State.WAITING_FOR_ARGUMENTS ? 1 : 0;
        });
        return true;
      });
      running += counts[0];
      waitingForArguments += counts[1];
      for (QueueView view : views) {
        functions.merge(
            view.key().function(),
            new FunctionInfo(
                view.key().function(), view.submitted(), view.finished(), view.failed()),
            (a, b) ->
                new FunctionInfo(
                    a.name(),
                    a.submitted() + b.submitted(),
                    a.finished() + b.finished(),
                    a.failed() + b.failed()));
        if (view.waiting() > 0) {
          TaskView oldest = view.oldest();
          queues.add(
              new SchedulerInfo.Queue(
                  view.key().function(),
                  view.key().resources(),
                  view.waiting(),
                  orElse(waitingFor.apply(owner.id(), view.key()), "its turn"),
                  Duration.ofNanos(oldest == null ? 0 : nowNs - oldest.sinceNs())));
        }
      }
    }
    queues.sort(Comparator.comparingLong(SchedulerInfo.Queue::waiting).reversed());
    return new SchedulerInfo(
        queues,
        running,
        blocked,
        waitingForArguments,
        functions.values().stream().sorted(Comparator.comparing(FunctionInfo::name)).toList(),
        total,
        available);
  }
}
