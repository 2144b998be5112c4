using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Hosting;
using Xunit;

namespace Sluice.Unit.Actors;

public sealed class ValidationTests
{
    [Fact]
    public void Every_mistake_is_named_at_once_with_its_remedy()
    {
        var mistakes = MistakesOf(
            [typeof(WrongGrain), typeof(FirstTwinGrain), typeof(SecondTwinGrain), typeof(NowhereGrain),
                typeof(LonelyGrain),
                typeof(ForgetfulGrain), typeof(OpenGrain<>)],
            new WorldOptions
            {
                Start = false, Reminders = null, Host = new ActorHostOptions { MaxWaitingPerActivation = 0 },
            });

        Assert.Collection(
            mistakes.Order(StringComparer.Ordinal),
            text => Assert.Contains("MaxWaitingPerActivation is 0", text, StringComparison.Ordinal),
            text => Assert.Contains("ForgetfulGrain is IRemindable, and no IReminderTable", text,
                StringComparison.Ordinal),
            text => Assert.Contains("IWrong.Answer returns List<Int32>", text, StringComparison.Ordinal),
            text => Assert.Contains("IWrong.Changing takes Letter as letters", text, StringComparison.Ordinal),
            text => Assert.Contains("IWrong.Count returns Int32: return Task", text, StringComparison.Ordinal),
            text => Assert.Contains("IWrong.Generic is generic", text, StringComparison.Ordinal),
            text => Assert.Contains("IWrong.Many takes more than 7 arguments", text, StringComparison.Ordinal),
            text => Assert.Contains("IWrong.Reference takes value by reference", text, StringComparison.Ordinal),
            text => Assert.Contains("IWrong.Shout is [OneWay] and has a result", text, StringComparison.Ordinal),
            text => Assert.Contains("IWrong.Twice has overloads", text, StringComparison.Ordinal),
            text => Assert.Contains("IWrong.Twice has overloads", text, StringComparison.Ordinal),
            text => Assert.Contains("IWrong.Wait takes more than one CancellationToken", text,
                StringComparison.Ordinal),
            text => Assert.Contains("IWrong.get_Size is a property", text, StringComparison.Ordinal),
            text => Assert.Contains("LonelyGrain implements no grain interface", text, StringComparison.Ordinal),
            text => Assert.Contains("storage 'elsewhere', which is not registered", text, StringComparison.Ordinal),
            text => Assert.Contains("state unnamed without [PersistentState", text, StringComparison.Ordinal),
            text => Assert.Contains("is a generic grain class", text, StringComparison.Ordinal),
            text => Assert.Contains("both implement Sluice.Unit.Actors.ITwin", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Two_classes_of_one_name_are_a_mistake() => Assert.Contains(
        MistakesOf([typeof(ConfusedGrain), typeof(Confused)], new WorldOptions { Start = false }),
        text => text.Contains("are both called confused", StringComparison.Ordinal));

    [Fact]
    public void Contracts_of_immutable_types_are_fine()
    {
        var world = new World(typeof(FineGrain));

        Assert.Equal(3,
            world.Run(() => world.Host.GrainFactory.GetGrain<IFine>("a").Sum([1, 2], (null, 1), new Note("x"))));
    }

    [Fact]
    public async Task A_host_from_the_services_serves_calls()
    {
        var services = new ServiceCollection().AddActors(null, typeof(ServicesMarker).Assembly);
        await using var provider = services.BuildServiceProvider();
        var host = provider.GetRequiredService<ActorHost>();

        Assert.Same(host.GrainFactory, provider.GetRequiredService<IGrainFactory>());
        Assert.Same(host,
            provider.GetRequiredService<IClusterClient>().ServiceProvider.GetRequiredService<ActorHost>());
        var failure = await Assert.ThrowsAsync<ActorConfigurationException>(
            () => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.NotEmpty(failure.Mistakes); // This assembly is full of them, on purpose.
    }

    private static IReadOnlyList<string> MistakesOf(Type[] grains, WorldOptions options)
    {
        var world = new World(options, grains);
        return World.Failure<ActorConfigurationException>(
            world.Begin(async () => await world.Host.StartAsync(CancellationToken.None))).Mistakes;
    }

    private sealed class ServicesMarker;
}

internal sealed class Letter;

[Immutable]
internal sealed record Note(string Text);

internal interface IFine : IGrainWithStringKey
{
    ValueTask<int> Sum(int[] values, (string? Text, int Number) pair, Note note);
}

internal sealed class FineGrain : Grain, IFine
{
    public ValueTask<int> Sum(int[] values, (string? Text, int Number) pair, Note note) => new(values.Sum());
}

internal interface IWrong : IGrainWithStringKey
{
    int Size { get; }

    int Count();

    Task<List<int>> Answer();

    Task Changing(Letter[] letters);

    Task Fine([Immutable] List<int> marked);

    Task Generic<T>();

    [OneWay]
    Task<int> Shout();

    Task Wait(CancellationToken one, CancellationToken two);

    Task Twice(int one);

    Task Twice(string one);

    Task Reference(ref int value);

    Task Many(int a, int b, int c, int d, int e, int f, int g, int h);
}

internal sealed class WrongGrain : Grain, IWrong
{
    public int Size => 0;

    public int Count() => 0;

    public Task<List<int>> Answer() => Task.FromResult<List<int>>([]);

    public Task Changing(Letter[] letters) => Task.CompletedTask;

    public Task Fine(List<int> marked) => Task.CompletedTask;

    public Task Generic<T>() => Task.CompletedTask;

    public Task<int> Shout() => Task.FromResult(0);

    public Task Wait(CancellationToken one, CancellationToken two) => Task.CompletedTask;

    public Task Twice(int one) => Task.CompletedTask;

    public Task Twice(string one) => Task.CompletedTask;

    public Task Reference(ref int value) => Task.CompletedTask;

    public Task Many(int a, int b, int c, int d, int e, int f, int g, int h) => Task.CompletedTask;
}

internal interface ITwin : IGrainWithStringKey
{
    Task Ping();
}

internal sealed class FirstTwinGrain : Grain, ITwin
{
    public Task Ping() => Task.CompletedTask;
}

internal sealed class SecondTwinGrain : Grain, ITwin
{
    public Task Ping() => Task.CompletedTask;
}

internal interface INowhere : IGrainWithStringKey
{
    Task Ping();
}

internal sealed class NowhereGrain(
    [PersistentState("it", "elsewhere")] IPersistentState<CounterState> state, IPersistentState<CounterState> unnamed)
    : Grain, INowhere
{
    public Task Ping() => Task.FromResult((state, unnamed));
}

internal sealed class LonelyGrain : Grain;

internal interface IForgetful : IGrainWithStringKey
{
    Task Ping();
}

internal sealed class ForgetfulGrain : Grain, IForgetful, IRemindable
{
    public Task Ping() => Task.CompletedTask;

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;
}

internal sealed class OpenGrain<T> : Grain, IFine
{
    public ValueTask<int> Sum(int[] values, (string? Text, int Number) pair, Note note) => new(typeof(T).Name.Length);
}

internal interface IConfused : IGrainWithStringKey
{
    Task Ping();
}

internal interface IConfusedToo : IGrainWithStringKey
{
    Task Ping();
}

internal sealed class ConfusedGrain : Grain, IConfused
{
    public Task Ping() => Task.CompletedTask;
}

internal sealed class Confused : Grain, IConfusedToo
{
    public Task Ping() => Task.CompletedTask;
}
