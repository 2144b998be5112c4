namespace Sluice.Actors.Calls;

/// <summary>A call that came here from who cannot reach its owner, and is sent on.</summary>
internal sealed partial class Call<TArgs, TResult>
{
    private const ConfigureAwaitOptions Quietly =
        ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

    internal override async Task ForwardAsync()
    {
        var onward = Take(Host, Target, _method, _args, Cancellation);
        var answer = onward.AsTask();
        Host.SendOnward(onward, this);

        // A failure is not thrown here: it goes back with the stack that it had where it happened.
        await ((Task)answer).ConfigureAwait(Quietly);
        if (answer.IsCompletedSuccessfully)
        {
            _result = answer.Result;
        }
        else
        {
            _failure = answer.Exception?.InnerException ?? new OperationCanceledException(Cancellation);
        }

        EndRun();
    }
}
