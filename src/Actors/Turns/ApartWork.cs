namespace Sluice.Actors.Turns;

/// <summary>
/// Asynchronous work of the host that waits for nobody and is waited for by nobody. It begins on the scheduler; where
/// it goes on is the scheduler's matter too, by the context in which it has it begin.
/// </summary>
internal sealed class ApartWork(Func<Task> work) : IThreadPoolWorkItem
{
    /// <summary>Work tells of its own failures: nobody else would see them.</summary>
    public void Execute() => _ = work();
}
