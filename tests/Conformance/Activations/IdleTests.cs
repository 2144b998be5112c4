using Sluice.Conformance.Engines;
using Sluice.Conformance.Scenes;
using Sluice.Testing;

namespace Sluice.Conformance.Activations;

/// <summary>Idle activations end, unless something keeps them.</summary>
public sealed class IdleTests : IAsyncLifetime
{
    private const string Ended = "ended: ActivationIdle";

    private EngineUnderTest _engine = null!;

    public async ValueTask InitializeAsync() =>
        _engine = await Engine.StartAsync(new EngineWishes { IdleAge = TimeSpan.FromSeconds(2) });

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Only_what_nothing_keeps_ends_when_it_is_idle()
    {
        string plain = Scene.NewKey(), ticking = Scene.NewKey(), kept = Scene.NewKey();
        string delayed = Scene.NewKey(), limited = Scene.NewKey(), always = Scene.NewKey();
        var grains = _engine.Client;
        await grains.GetGrain<IIdle>(kept).Tick(keepAlive: true).Within();
        await grains.GetGrain<IIdle>(delayed).Stay(TimeSpan.FromMinutes(1)).Within();
        await grains.GetGrain<IIdleForAWhile>(limited).Touch().Within();
        await grains.GetGrain<IIdleForEver>(always).Touch().Within();
        await grains.GetGrain<IIdle>(ticking).Tick(keepAlive: false).Within();
        await grains.GetGrain<IIdle>(plain).Touch().Within();

        await _engine.Board.Noted(plain, Ended);
        await _engine.Board.Noted(ticking, Ended);

        // Begun later, and ended: what began before it and still lives is not merely not yet ended.
        await grains.GetGrain<IIdle>(plain).Touch().Within();
        await _engine.Board.Noted(plain, Ended, times: 2);
        Assert.Equal(["began", Ended, "began", Ended], _engine.Board.Notes(plain));
        Assert.All([kept, delayed, limited, always], key => Assert.Equal(["began"], _engine.Board.Notes(key)));
    }
}
