package ray.processes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node has of one job's code, and of how the job is set up; the latter only when it has
 * actors that stay. Thread-safe.
 */
final class JobCode {
  private final long job;
  private final long driver;

  // Guarded by this.
  private @Nullable CodeOffer offer;
  private int generation;
  private final List<String> hashes = new ArrayList<>();
  private String rest = "";
  private byte[] settings = new byte[0];
  private final Set<String> stayingClasses = new LinkedHashSet<>();
  private boolean complete;
  private boolean orphaned;
  private @Nullable CodeArchives opened;

  JobCode(long job, long driver) {
    this.job = job;
    this.driver = driver;
  }

  long job() {
    return job;
  }

  long driver() {
    return driver;
  }

  synchronized void offered(CodeOffer told) {
    if (offer == null) {
      offer = told;
    }
  }

  /** Its program has other code now: nothing of that is here yet. */
  synchronized void offeredAnew(CodeOffer told) {
    offer = told;
    generation++;
    hashes.clear();
    complete = false;
  }

  /** How often its program has offered its code anew. */
  synchronized int generation() {
    return generation;
  }

  synchronized @Nullable CodeOffer offer() {
    return offer;
  }

  /** How many elements have been brought, or could not be. */
  synchronized int brought() {
    return hashes.size();
  }

  /** The next element is here; an empty hash if it can't be had. */
  synchronized void brought(String hash) {
    hashes.add(hash);
  }

  /** All is here that can be had. */
  synchronized void complete() {
    complete = true;
  }

  synchronized boolean isComplete() {
    return complete;
  }

  /** An actor of a class stays when the job ends. Returns whether that is news. */
  synchronized boolean stays(String className) {
    return stayingClasses.add(className);
  }

  synchronized boolean hasStaying() {
    return !stayingClasses.isEmpty();
  }

  /** Whether its program is not needed any more. */
  synchronized boolean mayBeOrphaned() {
    return complete && settings.length > 0 && !rest.isEmpty();
  }

  synchronized void setUp(byte[] told) {
    settings = told;
  }

  synchronized byte[] settings() throws IOException {
    if (settings.length == 0) {
      throw new IOException(
          "the program of job "
              + Long.toHexString(job)
              + " ended before it could say how its workers are set up: start the actor again from a"
              + " program");
    }
    return settings;
  }

  /** What is in no element is here; it replaces what was here of it before. */
  synchronized void rest(String hash) {
    rest = hash;
  }

  /** Its program is gone, and actors of it stay. */
  synchronized void orphan() {
    orphaned = true;
  }

  synchronized boolean isOrphaned() {
    return orphaned;
  }

  /** The contents that it uses. */
  synchronized List<String> inUse() {
    List<String> all = new ArrayList<>(hashes);
    all.add(rest);
    return all;
  }

  /** What workers may open in place. */
  synchronized CodeManifest manifest() {
    List<CodeManifest.Element> elements = new ArrayList<>();
    CodeOffer told = offer;
    if (told != null) {
      for (int i = 0; i < told.elements().size(); i++) {
        CodeOffer.Element each = told.elements().get(i);
        elements.add(
            new CodeManifest.Element(
                each.path(), i < hashes.size() ? hashes.get(i) : "", each.isFolder()));
      }
    }
    if (!rest.isEmpty()) {
      elements.add(new CodeManifest.Element("", rest, true));
    }
    return new CodeManifest(generation, elements);
  }

  /** What the job's program would answer to who looks for a name, if it were there. */
  FoundResource.Answer find(String name, boolean all, Path folder) throws IOException {
    CodeArchives archives;
    synchronized (this) {
      if (!orphaned) {
        throw new IOException("its program was not reached");
      }
      if (opened == null) {
        opened = new CodeArchives(folder, manifest());
      }
      archives = opened;
    }
    List<FoundResource> found;
    if (all) {
      found = archives.findAll(name);
    } else {
      FoundResource first = archives.find(name).resource();
      found = first == null ? List.of() : List.of(first);
    }
    return new FoundResource.Answer(
        found,
        found.isEmpty()
            ? archives.lookedIn()
                + ", as the program of job "
                + Long.toHexString(job)
                + " has ended"
            : "");
  }

  /** Nobody uses it any more. */
  synchronized void close() {
    if (opened != null) {
      try {
        opened.close();
      } catch (IOException e) {
        // The files go with the session.
      }
    }
  }
}
