using Xunit;

namespace Sluice.Unit.Actors;

public sealed class FilterTests
{
    [Fact]
    public void Filters_run_in_order_around_the_call_and_the_grains_own_comes_last()
    {
        var log = new List<string>();
        var world = new World(
            new WorldOptions { Filters = [new NotingFilter("one", log), new NotingFilter("two", log)] },
            typeof(FilteringGrain), typeof(WorkerGrain));

        var answer = world.Run(() => world.Host.GrainFactory.GetGrain<IFiltering>("a").Ping("x"));

        Assert.Equal("x by the grain, own, two, one", answer);
        Assert.Equal(
            ["one before filtering/a IFiltering.Ping FilteringGrain",
                "two before filtering/a IFiltering.Ping FilteringGrain",
                "two after", "one after"],
            log);
    }

    [Fact]
    public void A_filter_may_refuse_a_call()
    {
        var world = new World(new WorldOptions { Filters = [new RefusingFilter()] });

        World.Failure<UnauthorizedAccessException>(world.Begin(() => world.Worker("a").Do("x")));

        Assert.DoesNotContain("a begins x", world.Journal.Entries);
    }

    [Fact]
    public void A_filter_sees_who_calls_and_works_on_methods_without_a_result()
    {
        var log = new List<string>();
        var world = new World(new WorldOptions { Filters = [new SourceFilter(log)] });

        world.Run(() => world.Worker("a").Ask("b", "x"));
        world.Run(async () => await world.Worker("a").Touch());

        Assert.Equal(["Ask from outside", "Do from worker/a", "Touch from outside"], log);
    }

    [Fact]
    public void A_filter_that_leaves_no_result_is_named()
    {
        var world = new World(new WorldOptions { Filters = [new SilentFilter()] }, typeof(CountingGrain));

        var failure = World.Failure<InvalidOperationException>(
            world.Begin(() => world.Host.GrainFactory.GetGrain<ICounting>("a").Count()));

        Assert.Contains("ICounting.Count", failure.Message, StringComparison.Ordinal);
    }

    private sealed class NotingFilter(string name, List<string> log) : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            log.Add($"{name} before {context.TargetId} {context.InterfaceName.Split('.')[^1]}.{context.MethodName} "
                + context.ImplementationMethod.DeclaringType!.Name);
            Assert.Equal(context.TargetContext.GrainInstance, context.Grain);
            Assert.Equal("Ping", context.InterfaceMethod.Name);
            await context.Invoke();
            context.Result = $"{context.Result}, {name}";
            log.Add($"{name} after");
        }
    }

    private sealed class RefusingFilter : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context) => throw new UnauthorizedAccessException();
    }

    private sealed class SilentFilter : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context) => Task.CompletedTask;
    }

    private sealed class SourceFilter(List<string> log) : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context)
        {
            log.Add($"{context.MethodName} from {context.SourceId?.ToString() ?? "outside"}");
            return context.Invoke();
        }
    }
}

internal interface IFiltering : IGrainWithStringKey
{
    Task<string> Ping(string text);
}

internal sealed class FilteringGrain : Grain, IFiltering, IIncomingGrainCallFilter
{
    public Task<string> Ping(string text) => Task.FromResult($"{text} by the grain");

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        context.Result = $"{context.Result}, own";
    }
}

internal interface ICounting : IGrainWithStringKey
{
    Task<int> Count();
}

internal sealed class CountingGrain : Grain, ICounting
{
    public Task<int> Count() => Task.FromResult(1);
}
