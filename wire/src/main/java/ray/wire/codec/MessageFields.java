package ray.wire.codec;

import ray.core.Message;

/** Which field of an {@code Envelope} each message is. */
final class MessageFields {
  /** The last of them. */
  static final int LAST = 58;

  static final int REQUEST = 60;
  static final int RESPONSE = 61;

  private MessageFields() {}

  static int of(Message message) {
    return switch (message) {
      case Message.PushTasks m -> 4;
      case Message.TasksDone m -> 5;
      case Message.PushCalls m -> 6;
      case Message.RequestLeases m -> 7;
      case Message.LeasesGranted m -> 8;
      case Message.LeasesRefused m -> 9;
      case Message.LeasesRedirected m -> 10;
      case Message.ReclaimLeases m -> 11;
      case Message.AttachLease m -> 12;
      case Message.SuspendLease m -> 13;
      case Message.ReplaceLease m -> 14;
      case Message.ResumeLease m -> 15;
      case Message.LeaseResumed m -> 16;
      case Message.ReturnLease m -> 17;
      case Message.ShrinkLeases m -> 18;
      case Message.LeasesReturned m -> 19;
      case Message.ItemMade m -> 20;
      case Message.ItemsTaken m -> 21;
      case Message.CancelRun m -> 22;
      case Message.CancelTask m -> 23;
      case Message.Resolve m -> 24;
      case Message.Resolved m -> 25;
      case Message.AddBorrower m -> 26;
      case Message.BorrowerAdded m -> 27;
      case Message.RemoveBorrower m -> 28;
      case Message.ConfirmBorrower m -> 29;
      case Message.BorrowerConfirmed m -> 30;
      case Message.ProbeAlias m -> 31;
      case Message.AliasCycle m -> 32;
      case Message.RegisterActor m -> 33;
      case Message.ActorRegistered m -> 34;
      case Message.WatchActor m -> 35;
      case Message.ActorChanged m -> 36;
      case Message.PlaceActor m -> 37;
      case Message.CreateActor m -> 38;
      case Message.ActorCreated m -> 39;
      case Message.ConstructorsEnded m -> 40;
      case Message.CallsRefused m -> 41;
      case Message.ActorOutOfScope m -> 42;
      case Message.KillActor m -> 43;
      case Message.StopActor m -> 44;
      case Message.ActorStopped m -> 45;
      case Message.RegisterNode m -> 46;
      case Message.NodesChanged m -> 47;
      case Message.ProcessDied m -> 48;
      case Message.JobEnded m -> 49;
      case Message.Retire m -> 50;
      case Message.WorkerSpent m -> 55;
      case Message.WorkerRetires m -> 56;
      case Message.EndWorker m -> 57;
      case Message.ResultsLeft m -> 58;
    };
  }
}
