package ray.core.owner;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.LongMap;
import ray.core.TaskSpec;

/**
 * Runs whose results nobody waits for any more, but which may still go on, or be about to begin:
 * what they read is held for each of them until its worker says that it has ended, or is gone.
 */
final class AbandonedRuns {
  /**
   * One of them; what its task is doing meanwhile is another matter.
   *
   * @param counted whether it still counts as under way where its task was sent from
   */
  record Run(Task task, int attempt, long worker, int incarnation, boolean counted) {}

  private final Arguments arguments;

  /** By the number of their task; those of one task differ in their attempt. */
  private final LongMap<List<Run>> runs = new LongMap<>();

  AbandonedRuns(Arguments arguments) {
    this.arguments = arguments;
  }

  /** The current run of a task is not waited for any more. */
  void add(Task task, boolean counted) {
    arguments.holdAgain(task.spec());
    long number = task.spec().id().number();
    List<Run> ofTask = runs.get(number);
    if (ofTask == null) {
      ofTask = new ArrayList<>(1);
      runs.put(number, ofTask);
    }
    ofTask.add(new Run(task, task.attempt, task.worker, task.incarnation, counted));
  }

  /** One of them; null if that run was waited for to its end, or is not known. */
  @Nullable Run find(ObjectId task, int attempt) {
    return of(task).stream().filter(run -> run.attempt() == attempt).findFirst().orElse(null);
  }

  /** Runs of the task that makes an object, or was to make it. */
  List<Run> making(ObjectId object) {
    List<Run> found = new ArrayList<>();
    runs.forEach(ofTask -> {
      for (Run run : ofTask) {
        if (makes(run.task().spec(), object)) {
          found.add(run);
        }
      }
    });
    return found;
  }

  private static boolean makes(TaskSpec spec, ObjectId object) {
    for (int i = 0; i < spec.returns(); i++) {
      if (spec.result(i).equals(object)) {
        return true;
      }
    }
    return spec.id().equals(object);
  }

  private List<Run> of(ObjectId task) {
    List<Run> ofTask = runs.get(task.number());
    return ofTask == null ? List.of() : ofTask;
  }

  /** Calls were not run by an incarnation of their actor, and will not be. */
  void refused(List<ObjectId> calls, int incarnation) {
    for (ObjectId call : calls) {
      for (Run run : List.copyOf(of(call))) {
        if (run.incarnation() == incarnation) {
          letGo(run);
        }
      }
    }
  }

  /** What ran on a worker that is gone has ended. */
  void workerDied(long worker) {
    List<Run> ended = new ArrayList<>();
    runs.forEach(ofTask -> {
      for (Run run : ofTask) {
        if (run.worker() == worker) {
          ended.add(run);
        }
      }
    });
    ended.forEach(this::letGo);
  }

  /** A run has ended: what it read is let go. */
  void letGo(Run ended) {
    List<Run> ofTask = of(ended.task().spec().id());
    ofTask.remove(ended);
    if (ofTask.isEmpty()) {
      runs.remove(ended.task().spec().id().number());
    }
    arguments.release(ended.task().spec());
  }
}
