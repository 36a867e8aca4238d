package ray.simulator;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ray.ActorId;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.ActorSpec;
import ray.core.DeathCause;
import ray.core.Message;
import ray.core.Outcome;

/**
 * What has gone wrong so far in a run, and which failures that justifies: one that says that
 * something is lost only if what held it was touched, as the failure's own words name it.
 */
final class Facts {
  /** The message of failures that programs plan. */
  static final String PLANNED = "the program says so";

  /** The message of failures of runs that were kept from going on, by what was judged before. */
  static final String DISTURBED = "disturbed by a fault";

  /** What a run was disturbed by is what it has read: nobody has cancelled it. */
  static final String BY_WHAT_IT_READ = ", of what it read";

  /** Why tasks are refused and actors die where no worker can be started. */
  static final String NO_WORKER = "no worker can be started";

  /** The function of tasks for one worker alone, which may not be what they ask for. */
  static final String FOR_ONE_WORKER = "w";

  private static final String NO_SUCH_WORKER =
      " is no process of its own with the GPUs that " + FOR_ONE_WORKER + " asks for";

  private static final Pattern OBJECT_GONE = Pattern.compile("object (\\S+) is gone:");
  private static final Pattern OWNER_GONE =
      Pattern.compile("object ([0-9a-f]+)-\\S+ is lost: the process that owned it is gone");
  private static final Pattern WORKER_GONE =
      Pattern.compile("task (.+?) failed: its worker died .* and its (\\d+) retries are used up");
  private static final Pattern ONE_WORKER_GONE = Pattern.compile("^worker ([0-9a-f]+) is gone$");
  private static final Pattern ACTOR =
      Pattern.compile("actor (?:Scripted (?:'\\w+' )?)?([0-9a-f]+)-actor-([0-9a-f]+)");
  private static final Pattern OF_ACTOR = Pattern.compile("task (METHOD|EXIT|CREATION) ");
  private static final String ARGUMENT = "an argument of its constructor failed: ";
  private static final String NO_NODE = ", which no node can ever provide";

  private final Provenance provenance = new Provenance();
  private final boolean deadly;
  private final BiPredicate<Long, ObjectId> holds;
  private final Set<Long> dead = new HashSet<>();
  private final Set<Long> retired = new HashSet<>();

  /** Who was told to end. */
  private final Set<Long> leaving = new HashSet<>();

  private final Map<Long, DeathCause> endedByNode = new HashMap<>();

  /** Jobs whose programs have ended, or whose drivers have died. */
  private final Set<Long> endedJobs = new HashSet<>();

  private final Set<ActorId> killed = new HashSet<>();
  private final Map<ActorId, ActorSpec> actors = new HashMap<>();

  /** Objects that were found to be lost, rightly. */
  private final Set<String> lost = new HashSet<>();

  private boolean cancelled;
  private boolean named;
  private boolean timedOut;
  private boolean storeFailed;
  private boolean workerFailed;

  /**
   * Facts of a run.
   *
   * @param deadly whether anything may die in it
   * @param holds whether a process holds an object: one that does not has no use for the answer to
   *     what it asked before it let go
   */
  Facts(boolean deadly, BiPredicate<Long, ObjectId> holds) {
    this.deadly = deadly;
    this.holds = holds;
  }

  // ---- what happened

  void died(long process) {
    dead.add(process);
  }

  /** Its node ends it, because memory is short or of a task that was cancelled by force. */
  void endedByNode(long process, DeathCause cause) {
    endedByNode.put(process, cause);
  }

  /** It ended because nobody had any use for it, which must harm nobody. */
  void retired(long process) {
    retired.add(process);
  }

  void jobEnded(long job) {
    endedJobs.add(job);
  }

  void cancelled() {
    cancelled = true;
  }

  /** An actor was killed, or is to end from within. */
  void killed(ActorId actor) {
    killed.add(actor);
  }

  /** An actor is to have a name, which another may have. */
  void named() {
    named = true;
  }

  void made(ActorSpec actor) {
    actors.put(actor.id(), actor);
  }

  void timeLimited() {
    timedOut = true;
  }

  void storeFailed() {
    storeFailed = true;
  }

  void workerFailed() {
    workerFailed = true;
  }

  /** Something is sent, which may tell that an object is lost. */
  void sent(long from, long to, Message message) {
    if (deadly) {
      provenance.sent(from, to, message);
    }
    if (message instanceof Message.Retire) {
      leaving.add(to);
    }
    if (message instanceof Message.Resolved(ObjectId object, Outcome.Failed failed, boolean adopt)
        && failed.code() == ErrorCode.OBJECT_LOST
        && failed.message().contains("object " + object + " is gone")
        && holds.test(to, object)) {
      if (!mayBeLost(object, to)) {
        throw new Violation(
            Rule.REACHABLE,
            "object "
                + object
                + " was freed, though "
                + Trace.name(to)
                + " asks for it, and nobody has died through whom it came there");
      }
      lost.add(object.toString());
    }
  }

  // ---- what it justifies

  boolean isDead(long process) {
    return dead.contains(process);
  }

  /** Whether a process has died, or has ended because nobody had any use for it. */
  boolean isGone(long process) {
    return dead.contains(process) || retired.contains(process);
  }

  /** Whether its node ended a process for the sake of others, so that its tasks lose no retry. */
  boolean isSpared(long process) {
    DeathCause cause = endedByNode.get(process);
    return cause == DeathCause.MADE_ROOM || cause == DeathCause.FORCED;
  }

  private boolean endedForMemory(long process) {
    DeathCause cause = endedByNode.get(process);
    return cause == DeathCause.MADE_ROOM || cause == DeathCause.OUT_OF_MEMORY;
  }

  /** Whether the death of a process takes a retry of a task that has so many, or is its end. */
  private boolean costs(long process, int retries) {
    return isDead(process) && (retries == 0 || endedByNode.get(process) != DeathCause.FORCED);
  }

  private boolean anyDeath() {
    return !dead.isEmpty();
  }

  /** Whether some call may not have run as it should. */
  boolean disturbed() {
    return cancelled
        || named
        || !endedJobs.isEmpty()
        || !killed.isEmpty()
        || timedOut
        || storeFailed
        || workerFailed
        || anyDeath();
  }

  /**
   * Whether an object may be gone though a process can reach it: its owner has died, or one through
   * whose hands it came, whose word for who holds it may be lost.
   */
  boolean mayBeLost(ObjectId object, long reader) {
    return isDead(object.owner()) || provenance.cameThrough(this::isDead, object, reader);
  }

  /** Whether a failure is what a program planned, in a run without any fault too. */
  static boolean isPlanned(Outcome.Failed failed) {
    return failed.code() == ErrorCode.ALIAS_CYCLE
        || failed.code() == ErrorCode.TASK_FAILED && failed.message().equals(PLANNED)
        || failed.code() == ErrorCode.ACTOR_DIED && failed.message().contains(PLANNED);
  }

  /** An outcome has reached a process of a job: a failure must be the program's, or a fault's. */
  void checkFailure(Outcome outcome, long job) {
    if (outcome instanceof Outcome.Failed failed && !isPlanned(failed) && !explain(failed, job)) {
      throw new Violation(Rule.SERIAL_RESULTS, "nothing explains the failure " + failed);
    }
  }

  /** Whether a job has ended, or one whose actors this one may have found by their names. */
  private boolean mayFeelEndOfJob(long job) {
    return endedJobs.contains(job) || named && !endedJobs.isEmpty();
  }

  private boolean explain(Outcome.Failed failed, long job) {
    String text = failed.message();
    if (text.contains(DISTURBED)) {
      return disturbed();
    }
    if (text.contains(NO_WORKER)) {
      return workerFailed;
    }
    return switch (failed.code()) {
      case TASK_CANCELLED ->
          cancelled
              || mayFeelEndOfJob(job)
              || (!killed.isEmpty() || anyDeath()) && OF_ACTOR.matcher(text).find();
      case TASK_TIMED_OUT -> timedOut;
      case ACTOR_DIED -> actorMayBeDead(text);
      case OWNER_DIED -> {
        Matcher owner = OWNER_GONE.matcher(text);
        yield owner.find() && mayBeGone(Long.parseLong(owner.group(1), 16), text);
      }
      case OBJECT_LOST -> {
        Matcher object = OBJECT_GONE.matcher(text);
        yield object.find() && lost.contains(object.group(1));
      }
      case WORKER_DIED, OUT_OF_MEMORY -> {
        Matcher task = WORKER_GONE.matcher(text);
        if (!task.find()) {
          yield false;
        }
        int retries = Integer.parseInt(task.group(2));
        yield provenance.ranOn(
            failed.code() == ErrorCode.WORKER_DIED
                ? process -> costs(process, retries)
                : this::endedForMemory,
            task.group(1),
            1 + retries);
      }
      case OUT_OF_RESOURCES ->
          noNodeHasIt(text) || oneWorkerIsGone(text) || text.contains(NO_SUCH_WORKER);
      case OUT_OF_STORE_MEMORY -> storeFailed;
      case TASK_FAILED,
          GET_TIMED_OUT,
          ACTOR_CALLS_PENDING,
          NOT_SERIALIZABLE,
          ALIAS_CYCLE,
          WRONG_RETURN_COUNT,
          WRONG_STATE ->
          false;
    };
  }

  /**
   * Who finds an actor by its name may hear of its end from its owner's, if that has had no more.
   */
  private boolean mayBeGone(long owner, String text) {
    return isDead(owner) || retired.contains(owner) && named && text.contains("-actor-");
  }

  private boolean actorMayBeDead(String message) {
    // One that was not made because of another actor's death is as dead as that one.
    int cause = message.lastIndexOf(ARGUMENT);
    String text = cause < 0 ? message : message.substring(cause + ARGUMENT.length());
    Matcher which = ACTOR.matcher(text);
    if (!which.find()) {
      return named && (text.contains("an actor named ") || text.contains("took its name"));
    }
    long owner = Long.parseLong(which.group(1), 16);
    ActorId id = new ActorId(new ObjectId(owner, -Long.parseLong(which.group(2), 16)));
    ActorSpec actor = actors.get(id);
    if (actor == null) {
      return false;
    }
    if (killed.contains(id) || isDead(owner) || endedJobs.contains(actor.creation().job())) {
      return true;
    }
    if (text.contains("nothing refers to it any more")) {
      // Who finds an actor by its name holds it only when its owner has heard of that.
      return !actor.options().name().isEmpty()
          || provenance.wasGivenBy(this::isDead, id.creation());
    }
    int touched = provenance.incarnationsOn(this::isDead, id);
    int restarts = actor.options().maxRestarts();
    boolean forGood = text.contains(" is dead: ");
    return forGood ? restarts >= 0 && touched > restarts : touched > 0;
  }

  /** What is for one worker alone finds it gone when it has died, or was told to end. */
  private boolean oneWorkerIsGone(String text) {
    Matcher which = ONE_WORKER_GONE.matcher(text);
    if (!which.find()) {
      return false;
    }
    long worker = Long.parseLong(which.group(1), 16);
    return isGone(worker) || leaving.contains(worker);
  }

  /**
   * What asks for a node's own resource, for its label, or for that node, finds none when it is
   * gone.
   */
  private boolean noNodeHasIt(String text) {
    int end = text.indexOf(NO_NODE);
    String asked = end < 0 ? "" : text.substring(0, end);
    for (long process : dead) {
      if (asked.contains("n" + process + ": ")
          || asked.endsWith(" on node " + Long.toHexString(process))
          || asked.endsWith(" on a node with the labels " + Cluster.ODD)
              && Cluster.isOdd(process)) {
        return true;
      }
    }
    return text.contains(NO_NODE + ": ;") && anyDeath();
  }
}
