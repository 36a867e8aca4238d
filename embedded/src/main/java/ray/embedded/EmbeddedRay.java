package ray.embedded;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ray.ActorInfo;
import ray.ActorRef;
import ray.EndedWorkers;
import ray.NodeInfo;
import ray.ObjectInfo;
import ray.RayInstance;
import ray.RayOptions;
import ray.RayStateException;
import ray.Resources;
import ray.RuntimeContext;
import ray.RuntimeEnv;
import ray.SchedulerInfo;
import ray.TaskInfo;
import ray.control.ControlShell;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.NodeView;
import ray.core.control.ActorView;
import ray.node.NodeShell;
import ray.runtime.ExecutorShell;
import ray.runtime.ExecutorThreads;
import ray.runtime.FailureReporter;
import ray.runtime.LocalWaiting;
import ray.runtime.Looking;
import ray.runtime.OwnerShell;
import ray.runtime.RefCollector;
import ray.runtime.RuntimeBackend;
import ray.runtime.Submitter;
import ray.runtime.WorkerEndpoint;
import ray.runtime.serialization.ValueSerializers;
import ray.spi.Backends;
import ray.store.ObjectStore;
import ray.wire.Polling;

/**
 * Ray inside one JVM: control service, node service, driver and one worker, which talk by calling
 * each other. Driver and worker are separate owners all the same, so that every protocol runs as on
 * a cluster.
 */
final class EmbeddedRay extends RuntimeBackend {
  /** How long a close waits for running tasks. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** How long an idle lease is kept: many times what it costs to ask for another. */
  private static final long IDLE_LEASE_NS = 5_000_000;

  private static final AtomicLong INSTANCES = new AtomicLong();
  private final long job;
  private final long nodeId;
  private final LazyStore store;
  private final ControlShell control;
  private final NodeShell node;
  private final OwnerShell driver;
  private final OwnerShell workerOwner;
  private final ExecutorShell executor;
  private final ExecutorThreads threads;
  private final RefCollector collector;
  private final FailureReporter failures;
  private final AtomicBoolean processesRefused = new AtomicBoolean();
  private final Submitter submitter;
  private final Looking looking;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedRay(RayOptions options) {
    super(options, Polling.NOTHING);
    String name = Long.toString(INSTANCES.incrementAndGet());
    SecureRandom random = new SecureRandom();
    this.job = newId(random);
    this.nodeId = newId(random);
    long controlId = newId(random);
    long driverId = newId(random);
    long workerId = newId(random);
    this.failures = new FailureReporter(options.quietFailures(), () -> System.err);
    this.collector = new RefCollector(failures, name);
    this.store = new LazyStore(options, workerId, () -> {});
    var transport = new ray.wire.LocalTransport();
    this.control = new ControlShell(transport);
    transport.register(controlId, control);
    this.node =
        new NodeShell(
            nodeId,
            total(options),
            options.labels(),
            transport,
            controlId,
            this::startWorker,
            // Its one worker is this program.
            (worker, reason) -> {});
    transport.register(nodeId, node);
    LocalWaiting waiting = waiting();
    var peers = new OwnerShell.Peers(transport, nodeId, controlId, IDLE_LEASE_NS);
    AtomicLong keys = new AtomicLong(1);
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    ValueSerializers serializers =
        serializers(loader == null ? EmbeddedRay.class.getClassLoader() : loader, options);
    this.driver =
        new OwnerShell(
            driverId,
            peers,
            store,
            serializers,
            keys::getAndIncrement,
            collector,
            failures,
            waiting);
    this.workerOwner =
        new OwnerShell(
            workerId,
            peers,
            store,
            serializers,
            keys::getAndIncrement,
            collector,
            failures,
            waiting);
    this.executor = new ExecutorShell(workerOwner, peers, options.serialMode());
    transport.register(driverId, driver);
    transport.register(workerId, new WorkerEndpoint(workerOwner, executor));
    this.threads =
        new ExecutorThreads(executor, this::tick, options.serialMode(), Polling.NOTHING, name);
    this.submitter =
        new Submitter(
            this,
            () -> job,
            options.namespace(),
            driver,
            waiting,
            options.creationSites(),
            (asked, holds) -> heeded(asked));
    this.looking = new Looking(List.of(driver, workerOwner));
    waiting.executors(List.of(executor));
    executor.start(threads, this);
  }

  private static Resources total(RayOptions options) {
    Resources total =
        Resources.NONE
            .with(
                Resources.CPU,
                options.givenCpus().orElse(Runtime.getRuntime().availableProcessors()))
            .with(
                Resources.MEMORY,
                options.givenMemoryBytes().orElse(Runtime.getRuntime().maxMemory()));
    for (Map.Entry<String, Double> each : options.resources().entrySet()) {
      total = total.with(each.getKey(), each.getValue());
    }
    return total;
  }

  /** Starts an instance. */
  static EmbeddedRay start(RayOptions options) {
    EmbeddedRay ray = new EmbeddedRay(options);
    ray.node.start();
    ray.collector.start();
    ray.threads.start();
    return ray;
  }

  private void startWorker(long ofJob, RuntimeEnv runtimeEnv) {
    node.workerStarted(ofJob, runtimeEnv, workerOwner.id());
  }

  /** There is this process alone. */
  private RuntimeEnv heeded(RuntimeEnv asked) {
    if (!asked.isShared() && processesRefused.compareAndSet(false, true)) {
      failures.warn(
          "isolated(), jvmOptions and env have no effect, as this Ray is embedded in one JVM:"
              + " start a node with 'ray start --head' and connect to it");
    }
    return RuntimeEnv.SHARED;
  }

  private boolean tick(long nowNs) {
    boolean again = driver.tick(nowNs);
    again |= workerOwner.tick(nowNs);
    ObjectStore open = store.ifOpen();
    if (open != null) {
      open.drainViews();
    }
    return again;
  }

  @Override
  public Submitter submitter() {
    return submitter;
  }

  @Override
  public <T> Optional<ActorRef<T>> actor(String name, String namespace) {
    ActorView found = control.ask(core -> core.find(namespace, name));
    return found == null ? Optional.empty() : Optional.of(submitter.found(found.spec()));
  }

  // ---- looking in

  @Override
  public RuntimeContext context() {
    return submitter.context(Long.toHexString(nodeId), options().namespace());
  }

  @Override
  public List<NodeInfo> nodes() {
    NodeView view = node.view();
    ObjectStore open = store.ifOpen();
    if (open != null) {
      open.drainViews();
    }
    return List.of(
        new NodeInfo(
            Long.toHexString(nodeId),
            true,
            view.total(),
            view.available(),
            view.labels(),
            store.capacityBytes(),
            open == null ? 0 : open.usedBytes()));
  }

  @Override
  public Resources clusterResources() {
    return node.view().total();
  }

  @Override
  public Resources availableResources() {
    return node.view().available();
  }

  private String waitingFor(long owner, FunctionKey key) {
    return node.ask(core -> core.waitingFor(owner, key));
  }

  @Override
  public List<TaskInfo> tasks() {
    return looking.tasks(this::waitingFor);
  }

  @Override
  public List<ActorInfo> actors() {
    List<ActorView> views = new ArrayList<>();
    control.ask(core -> {
      core.forEachActor(views::add);
      return true;
    });
    return views.stream().map(EmbeddedRay::info).toList();
  }

  private static ActorInfo info(ActorView view) {
    return new ActorInfo(
        view.spec().id(),
        view.spec().className(),
        view.spec().options().name(),
        view.spec().namespace(),
        view.state(),
        view.spec().isDetached(),
        view.restarts(),
        view.node() == 0 ? Optional.empty() : Optional.of(Long.toHexString(view.node())),
        view.spec().options().resources(),
        view.spec().options().labels(),
        Optional.ofNullable(view.cause()).map(cause -> cause.message()));
  }

  @Override
  public List<ObjectInfo> objects() {
    return looking.objects();
  }

  @Override
  public SchedulerInfo schedulerInfo() {
    NodeView view = node.view();
    return looking.scheduler(
        this::waitingFor,
        view.total(),
        view.available(),
        executor.ask(core -> core.blockedCount()));
  }

  @Override
  public List<String> workers() {
    node.ask(core -> {
      core.ensureWorker(job);
      return true;
    });
    return List.of(Long.toHexString(workerOwner.id()));
  }

  @Override
  public EndedWorkers killWorkers(boolean force) {
    throw noProcesses();
  }

  @Override
  public EndedWorkers restartWorkers(boolean force) {
    throw noProcesses();
  }

  private static RayStateException noProcesses() {
    return new RayStateException(
        "this Ray is embedded in one JVM, whose worker can't end without the program: start a node"
            + " with 'ray start --head' and connect to it, or close this instance and start"
            + " another");
  }

  // ---- the end

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    Backends.closed(this);
    driver.close();
    workerOwner.close();
    control.deliver(new Message.JobEnded(job));
    awaitEnd();
    executor.closeLocals();
    submitter.reportUnseen(failures);
    driver.shut();
    workerOwner.shut();
    threads.close();
    collector.close();
    store.close();
  }

  /** Waits for what runs, but not for ever. */
  private void awaitEnd() {
    long deadlineNs = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
    boolean own = submitter.runsOnThisThread();
    Map<String, Integer> left = new HashMap<>();
    while (true) {
      left.clear();
      for (String name : executor.underWay()) {
        left.merge(name, 1, Integer::sum);
      }
      if (left.isEmpty() || own || System.nanoTime() - deadlineNs > 0) {
        break;
      }
      LockSupport.parkNanos(this, 1_000_000);
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    if (!left.isEmpty() && !own) {
      logger()
          .warn(
              "Ray was closed while tasks ran that ignore interrupts, which are left behind: {}",
              left.keySet());
      System.err.println(
          "Ray: closed, but these tasks ignore the interrupt and run on: "
              + String.join(", ", left.keySet()));
    }
  }

  private static Logger logger() {
    return LoggerFactory.getLogger(RayInstance.class);
  }

  @Override
  public String toString() {
    return "Ray in this JVM, job " + Long.toHexString(job);
  }
}
