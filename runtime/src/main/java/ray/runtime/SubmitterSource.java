package ray.runtime;

/** An instance that has a submitter. */
public interface SubmitterSource {
  /** The instance's submitter. */
  Submitter submitter();
}
