using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Turns;

[Alias("conformance.IReentrant")]
public interface IReentrant : IGrainWithStringKey
{
    [Alias("Silo")]
    Task<string> Silo();

    /// <summary>Waits until as many requests are inside.</summary>
    [Alias("Meet")]
    Task Meet(int requests);

    /// <summary>
    /// Works without awaiting, then awaits, a few times. Gives how many such pieces of work overlapped.
    /// </summary>
    [Alias("Work")]
    Task<int> Work();

    /// <summary>Calls itself through another grain.</summary>
    [Alias("CallBack")]
    Task<string> CallBack(string other);

    [Alias("Pass")]
    Task<string> Pass(string other);
}

[Reentrant]
public sealed class ReentrantGrain(Board board, SiloName silo) : Grain, IReentrant
{
    private int _inside;
    private int _working;
    private int _overlapping;

    public Task<string> Silo() => Task.FromResult(silo.Value);

    public async Task Meet(int requests)
    {
        var gate = $"{this.GetPrimaryKeyString()} met";
        if (++_inside == requests)
        {
            board.Open(gate);
        }

        await board.Opened(gate);
    }

    public async Task<int> Work()
    {
        for (var i = 0; i < 20; i++)
        {
            var before = Interlocked.Increment(ref _working);
            Thread.SpinWait(2_000);
            var after = Interlocked.Decrement(ref _working);
            if (before != 1 || after != 0)
            {
                Interlocked.Increment(ref _overlapping);
            }

            await Task.Yield();
        }

        return _overlapping;
    }

    public Task<string> CallBack(string other) =>
        GrainFactory.GetGrain<IReentrant>(other).Pass(this.GetPrimaryKeyString());

    public Task<string> Pass(string other) => GrainFactory.GetGrain<IReentrant>(other).Silo();
}
