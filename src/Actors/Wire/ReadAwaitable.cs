using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Wire;

/// <summary>
/// A read to be awaited once by a thread that has taken <see cref="Errands"/>: it does them while the read is under
/// way, and hands them on when there is more to read already.
/// </summary>
internal readonly struct ReadAwaitable(ValueTask<ReadResult> reading) : ICriticalNotifyCompletion
{
    public bool IsCompleted
    {
        get
        {
            if (!reading.IsCompleted)
            {
                return false;
            }

            Errands.End().HandOn();
            return true;
        }
    }

    public ReadAwaitable GetAwaiter() => this;

    public ReadResult GetResult() => reading.GetAwaiter().GetResult();

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        var errands = Errands.End(); // First: once the read goes on, nothing here may be touched.
        reading.GetAwaiter().UnsafeOnCompleted(continuation);
        errands.Do();
    }
}
