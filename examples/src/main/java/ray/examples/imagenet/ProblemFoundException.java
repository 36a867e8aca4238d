package ray.examples.imagenet;

/** In a strict load, what could not be used. */
public final class ProblemFoundException extends RuntimeException {
  /** Says what it was. */
  public ProblemFoundException(Problem problem) {
    super(problem.describe());
  }
}
