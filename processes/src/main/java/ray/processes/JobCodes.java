package ray.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ray.wire.socket.SocketTransport;

/**
 * The code of a node's jobs. A program says what is on its class path; what the node has of that
 * already, its workers open in place from their start. The rest is fetched when the job has begun,
 * as it begins faster with the few classes that it needs first; and at once for an actor that is to
 * outlive its program. Thread-safe.
 */
final class JobCodes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobCodes.class);

  /** A job that has begun has its first workers by then. */
  private static final long FETCH_AFTER_MS = 1_000;

  /** How long a program that leaves waits until the code of actors that stay is here. */
  private static final long LEAVE_WITHIN_S = 60;

  /** How long new workers of a job wait for what its program has compiled. */
  private static final long RENEW_WITHIN_S = 30;

  private final SocketTransport transport;
  private final Consumer<JobCode> told;
  private final CodeCache cache;
  private final Map<Long, JobCode> jobs = new ConcurrentHashMap<>();

  /** What is being fetched for a job, one thing after the other. */
  private final Map<Long, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

  private final ScheduledExecutorService later =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("ray-code").factory());

  /**
   * The codes of no jobs yet.
   *
   * @param told is told when workers of a job that are there may open its code in place
   */
  JobCodes(Path folder, long maxBytes, SocketTransport transport, Consumer<JobCode> told) {
    this.transport = transport;
    this.told = told;
    this.cache = new CodeCache(folder, maxBytes, this::inUse);
  }

  private Set<String> inUse() {
    Set<String> all = new HashSet<>();
    jobs.values().forEach(each -> all.addAll(each.inUse()));
    return all;
  }

  CodeReport report() {
    return cache.report();
  }

  Path folder() {
    return cache.folder();
  }

  // ---- a job's life

  /** A program joins. */
  void joined(long job, long driver) {
    JobCode code = new JobCode(job, driver);
    jobs.put(job, code);
    run(
        code,
        () -> {
          CodeOffer offer =
              CodeOffer.read(transport.askAside(driver, Question.CODE_OFFER, NOTHING));
          code.offered(offer);
          if (offer.elements().stream()
              .allMatch(each -> isHere(each) || each.identity().isEmpty())) {
            fetch(code);
          } else {
            later.schedule(
                () -> run(code, () -> fetch(code)), FETCH_AFTER_MS, TimeUnit.MILLISECONDS);
          }
        });
  }

  private static final byte[] NOTHING = new byte[0];

  /** How often a job's program has offered its code anew. */
  int generation(long job) {
    JobCode code = jobs.get(job);
    return code == null ? 0 : code.generation();
  }

  /**
   * Lets a job's program offer its code as it is now, for workers that are started from now on.
   * Blocks until it is here, but not for ever: then they open it as it comes.
   *
   * @throws IOException if the program does not say what its code is
   */
  void renew(long job) throws IOException {
    JobCode code = jobs.get(job);
    if (code == null) {
      return;
    }
    CompletableFuture<Void> offered =
        run(
            code,
            () ->
                code.offeredAnew(
                    CodeOffer.read(
                        transport.askAside(code.driver(), Question.CODE_OFFER_ANEW, NOTHING))));
    CompletableFuture<Void> fetched =
        run(
            code,
            () -> {
              fetch(code);
              if (code.hasStaying()) {
                fetchRest(code);
              }
            });
    try {
      offered.get(RENEW_WITHIN_S, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(
          "the program of job " + Long.toHexString(job) + " does not say what its code is now", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the node is ending", e);
    }
    await(code, fetched, RENEW_WITHIN_S);
  }

  /** A job makes an actor that is to outlive its program. */
  void stays(long job, String className) {
    JobCode code = jobs.get(job);
    if (code != null && !code.isOrphaned() && code.stays(className)) {
      run(
          code,
          () -> {
            fetch(code);
            byte[] setUp = new Payload.OfJob(job).bytes();
            code.setUp(transport.askAside(code.driver(), Question.SETTINGS, setUp));
            fetchRest(code);
          });
    }
  }

  /** A program is about to leave: waits for what actors need that stay. */
  void leaves(long job) {
    JobCode code = jobs.get(job);
    CompletableFuture<Void> last = underWay.get(job);
    if (code == null || last == null || !code.hasStaying()) {
      return;
    }
    // What it has made from source since the actor was made, too.
    await(code, run(code, () -> fetchRest(code)), LEAVE_WITHIN_S);
  }

  private static void await(JobCode code, CompletableFuture<Void> fetched, long seconds) {
    try {
      fetched.get(seconds, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn(
          "the code of job {} is not all here: {}", Long.toHexString(code.job()), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A program is gone; actors of it may stay. */
  void left(long job, boolean staying) {
    JobCode code = jobs.get(job);
    if (code == null) {
      return;
    }
    if (staying) {
      code.orphan();
    } else {
      ended(job);
    }
  }

  /** Nothing of a job is left. */
  void ended(long job) {
    JobCode code = jobs.remove(job);
    underWay.remove(job);
    if (code != null) {
      code.close();
    }
  }

  /** Jobs that have only actors which outlived their program. */
  List<Long> orphans() {
    return jobs.values().stream().filter(JobCode::isOrphaned).map(JobCode::job).toList();
  }

  /** How many jobs have actors that may outlive them, and all that those need on this node. */
  long staying() {
    return jobs.values().stream().filter(JobCode::mayBeOrphaned).count();
  }

  boolean isOrphan(long job) {
    JobCode code = jobs.get(job);
    return code != null && code.isOrphaned();
  }

  // ---- what workers ask

  /** What a worker of a job may open in place. */
  CodeManifest manifest(long job) {
    JobCode code = jobs.get(job);
    if (code == null || !code.isComplete()) {
      return CodeManifest.none(code == null ? 0 : code.generation());
    }
    CodeManifest whole = code.manifest();
    return new CodeManifest(
        whole.generation(), whole.elements().stream().map(this::ifIntact).toList());
  }

  /** What was changed since it came is not there for anybody. */
  private CodeManifest.Element ifIntact(CodeManifest.Element element) {
    return !element.isHere() || cache.isIntact(element.hash())
        ? element
        : new CodeManifest.Element(element.path(), "", element.isFolder());
  }

  /** Answers in the place of a program that has ended. */
  byte[] find(Payload.FindResource wanted, boolean all) throws IOException {
    return code(wanted.job()).find(wanted.name(), all, cache.folder()).bytes();
  }

  /** Answers in the place of a program that has ended. */
  byte[] settings(long job) throws IOException {
    return code(job).settings();
  }

  private JobCode code(long job) throws IOException {
    JobCode code = jobs.get(job);
    if (code == null) {
      throw new IOException("job " + Long.toHexString(job) + " has ended");
    }
    return code;
  }

  // ---- fetching

  /** Something that is done for a job, and may fail when its program goes. */
  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }

  private CompletableFuture<Void> run(JobCode code, Work work) {
    return underWay.compute(
        code.job(),
        (job, before) -> {
          CompletableFuture<Void> previous =
              before == null ? CompletableFuture.completedFuture(null) : before;
          return previous.handleAsync(
              (nothing, failure) -> {
                try {
                  work.run();
                } catch (IOException e) {
                  LOG.debug("code of job {}", Long.toHexString(job), e);
                  throw new UncheckedIOException(e);
                }
                return null;
              },
              task -> Thread.ofPlatform().daemon().name("ray-code-of-job").start(task));
        });
  }

  private boolean isHere(CodeOffer.Element element) {
    return !element.identity().isEmpty() && cache.known(element.identity()) != null;
  }

  private void fetch(JobCode code) {
    CodeOffer offer = code.offer();
    if (offer == null || code.isComplete()) {
      return;
    }
    List<CodeOffer.Element> elements = offer.elements();
    while (code.brought() < elements.size() && jobs.get(code.job()) == code) {
      code.brought(bring(code, code.brought(), elements.get(code.brought())));
    }
    code.complete();
    told.accept(code);
  }

  private String bring(JobCode code, int index, CodeOffer.Element element) {
    if (element.identity().isEmpty()) {
      return "";
    }
    try {
      return cache.bring(
          element.identity(),
          element.sizeBytes(),
          offset ->
              transport.askAside(
                  code.driver(), Question.CODE_PART, new CodeOffer.Part(index, offset).bytes()));
    } catch (IOException e) {
      LOG.info("{} is not kept: {}", element.path(), e.toString());
      return "";
    }
  }

  private void fetchRest(JobCode code) throws IOException {
    byte[] rest = transport.askAside(code.driver(), Question.CODE_REST, NOTHING);
    code.rest(cache.bring("", rest.length, offset -> offset == 0 ? rest : NOTHING));
  }

  @Override
  public void close() {
    later.shutdownNow();
    cache.close();
    jobs.values().forEach(JobCode::close);
  }
}
