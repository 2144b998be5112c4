using Sluice.Actors.Introspection;

namespace Sluice.Actors.Activations;

/// <summary>Looks at the grain's state from outside.</summary>
internal sealed partial class Activation
{
    /// <summary>False when the grain is not active: a look neither waits for a beginning nor holds up an end.</summary>
    internal bool TryEnqueue(LookItem look)
    {
        bool schedule;
        lock (_lock)
        {
            if (_state is not ActivationState.Active)
            {
                return false;
            }

            schedule = Append(look);
        }

        if (schedule)
        {
            Host.Scheduler.Schedule(this);
        }

        return true;
    }
}
