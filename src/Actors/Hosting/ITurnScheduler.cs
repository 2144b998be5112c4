namespace Sluice.Actors.Hosting;

/// <summary>
/// Where turns run, and all other work of a host. What is scheduled is mostly one activation with work; it runs many
/// short turns each time it is executed. Any thread may schedule; one item is never scheduled twice before it is
/// executed. Work that awaits goes on in the synchronization context in which it was executed, if there is one.
/// </summary>
public interface ITurnScheduler
{
    /// <summary>Executes the item soon, on a thread of the scheduler's choice, never on the caller's stack.</summary>
    void Schedule(IThreadPoolWorkItem item);

    /// <summary>Whether a call from outside of all grains may run on its caller's thread, when idle.</summary>
    bool MayRunOnCaller => false;
}
