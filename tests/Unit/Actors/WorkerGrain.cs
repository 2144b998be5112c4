using Xunit;

namespace Sluice.Unit.Actors;

/// <summary>A grain whose steps a test can hold at gates.</summary>
internal interface IWorker : IGrainWithStringKey
{
    Task<string> Do(string step);

    ValueTask<string> Quick(string step);

    ValueTask Touch();

    [AlwaysInterleave]
    Task<string> Aside(string step);

    [ReadOnly]
    Task<string> Look(string step);

    [OneWay]
    Task Tell(string step);

    [ResponseTimeout("00:00:02")]
    ValueTask<string> Brief(string step);

    ValueTask<string> Watching(string step, CancellationToken cancellation);

    Task<string> Fail(string message);

    Task<string> Ask(string other, string step);

    Task<string> AskAside(string other, string step);

    Task<string> AskTwo(string first, string second, string step);

    Task TellOther(string other, string step);

    Task<string> Later(string other, string step);

    Task<string> Forget(string other, string step);

    [AlwaysInterleave]
    Task<string> RelayAside(string other, string step);

    Task End();

    Task Stay(TimeSpan time);

    Task<string> Carried(string key);

    Task<string> CarriedByOther(string other, string key);

    Task<int> Instance();

    Task Stray();
}

/// <inheritdoc cref="IWorker"/>
internal sealed class WorkerGrain(Journal journal, Scoped scoped) : Grain, IWorker
{
    private static int _instances;

    private readonly int _instance = Interlocked.Increment(ref _instances);
    private int _depth;

    private string Key => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        journal.Note($"{Key} activates");
        await journal.Pass($"{Key} activates");
        if (Key.StartsWith("restless", StringComparison.Ordinal))
        {
            DeactivateOnIdle();
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        journal.Note($"{Key} deactivates: {reason.ReasonCode}");
        await journal.Pass($"{Key} deactivates");
        Assert.False(scoped.Disposed);
    }

    public async Task<string> Do(string step)
    {
        Assert.Equal(1, ++_depth);
        journal.Note($"{Key} begins {step}");
        await journal.Pass(step);
        journal.Note($"{Key} ends {step}");
        _depth--;
        return $"{Key} did {step}";
    }

    public ValueTask<string> Quick(string step) => new($"{Key} did {step}");

    public ValueTask Touch() => default;

    public Task<string> Aside(string step) => Step("aside", step);

    public Task<string> Look(string step) => Step("look", step);

    public async Task Tell(string step)
    {
        await Step("tell", step);
        if (step == "fail")
        {
            throw new InvalidOperationException("told to fail");
        }
    }

    public async ValueTask<string> Brief(string step) => await Step("brief", step);

    public async ValueTask<string> Watching(string step, CancellationToken cancellation)
    {
        journal.Note($"{Key} watches {step}");
        await using var registration = cancellation.Register(() =>
        {
            journal.Note($"{Key} sees the token");
            if (Key == "throwing")
            {
                throw new InvalidOperationException("The token is handled badly.");
            }
        });
        await journal.Pass(step);
        return $"{Key} did {step}";
    }

    public async Task<string> Fail(string message)
    {
        await journal.Pass(message);
        throw new FormatException(message == "unspeakable" ? $"\ud800{new string('x', 5 << 20)}" : message);
    }

    public async Task<string> Ask(string other, string step) => $"{Key} heard: {await Other(other).Do(step)}";

    public async Task<string> AskAside(string other, string step) => await Other(other).RelayAside(Key, step);

    public async Task<string> AskTwo(string first, string second, string step)
    {
        journal.Note($"{Key} begins {step}");
        await journal.Pass(step);
        return await Other(first).Ask(second, "inner");
    }

    public Task TellOther(string other, string step) => Other(other).Tell(step);

    /// <summary>Asks another after this request is over; or, without another, only waits.</summary>
    public async Task<string> Later(string other, string step)
    {
        if (other == "")
        {
            await journal.Pass(step);
            return "waited";
        }

        _ = AskLater();
        return "later";

        async Task AskLater()
        {
            await journal.Pass($"{Key} later");
            journal.Note(await Other(other).Do(step));
        }
    }

    public async Task<string> Forget(string other, string step)
    {
        _ = Other(other).Do(step);
        await journal.Pass($"{Key} forgets");
        return "forgotten";
    }

    public async Task<string> RelayAside(string other, string step) => await Other(other).Aside(step);

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task Stay(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public async Task<string> Carried(string key)
    {
        var value = RequestContext.Get(key)?.ToString() ?? "nothing";
        RequestContext.Set(key, "changed by the grain");
        await journal.Pass("carried");
        return value;
    }

    public async Task<string> CarriedByOther(string other, string key) =>
        $"{await Other(other).Carried(key)}, then {RequestContext.Get(key)}";

    public Task<int> Instance() => Task.FromResult(_instance);

    public Task Stray()
    {
        Throw();
        return Task.CompletedTask;

        async void Throw()
        {
            await journal.Pass("stray");
            throw new InvalidOperationException("stray");
        }
    }

    private async Task<string> Step(string kind, string step)
    {
        journal.Note($"{Key} begins {kind} {step}");
        await journal.Pass(step);
        journal.Note($"{Key} ends {kind} {step}");
        return $"{Key} did {kind} {step}";
    }

    private IWorker Other(string key) => GrainFactory.GetGrain<IWorker>(key);
}
