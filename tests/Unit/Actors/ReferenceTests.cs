using Sluice.Actors.Hosting;
using Xunit;

namespace Sluice.Unit.Actors;

public sealed class ReferenceTests
{
    private readonly World _world = new(typeof(WorkerGrain), typeof(SelfGrain));

    private ISelf Self => _world.Host.GrainFactory.GetGrain<ISelf>("a");

    [Fact]
    public void References_to_one_grain_are_equal_and_know_it()
    {
        Assert.Equal(_world.Worker("a"), _world.Worker("a"));
        Assert.NotEqual(_world.Worker("a"), _world.Worker("b"));
        Assert.Equal("a", _world.Worker("a").GetPrimaryKeyString());
        Assert.Equal(GrainId.Create("worker", "a"), _world.Worker("a").GetGrainId());
    }

    [Fact]
    public void All_interfaces_of_a_class_lead_to_the_same_activation()
    {
        _world.Run(() => Self.Remember("x"));

        Assert.Equal("x", _world.Run(() => _world.Host.GrainFactory.GetGrain<ISelfToo>("a").Recall()));
        Assert.Equal("x", _world.Run(() => Self.AsReference<ISelfToo>().Recall()));
        Assert.Single(_world.Host.Activations());
    }

    [Fact]
    public void A_grain_can_hand_out_a_reference_to_itself()
    {
        var handed = _world.Run(Self.Me);

        Assert.Equal(Self, handed);
        Assert.Equal("self/a", _world.Run(Self.Identity));
    }

    [Fact]
    public void A_grain_can_be_got_by_type_or_by_identity()
    {
        Assert.Equal(_world.Worker("a"), _world.Host.GrainFactory.GetGrain(typeof(IWorker), "a"));
        Assert.Equal(_world.Worker("a"), _world.Host.GrainFactory.GetGrain<IWorker>(GrainId.Parse("worker/a")));
        Assert.Throws<ArgumentException>(() => _world.Host.GrainFactory.GetGrain<ISelf>(GrainId.Parse("worker/a")));
        Assert.Throws<ArgumentException>(() => _world.Host.GrainFactory.GetGrain<ISelf>(GrainId.Parse("nobody/a")));
    }

    [Fact]
    public void An_unknown_interface_a_blank_key_and_a_foreign_prefix_are_refused()
    {
        Assert.Throws<ArgumentException>(() => _world.Host.GrainFactory.GetGrain<ITicker>("a"));
        Assert.Throws<ArgumentException>(() => _world.Worker(" "));
        Assert.Throws<ArgumentException>(() => _world.Host.GrainFactory.GetGrain<IWorker>("a", "Other.Namespace"));
        Assert.NotNull(_world.Host.GrainFactory.GetGrain<IWorker>("a", "Sluice.Unit"));
    }

    [Fact]
    public void A_grain_id_is_written_and_read()
    {
        Assert.Equal("worker/a/b", GrainId.Parse("worker/a/b").ToString());
        Assert.Equal("a/b", GrainId.Parse("worker/a/b").Key.ToString());
        Assert.False(GrainId.TryParse("worker", out _));
        Assert.False(GrainId.TryParse("worker/", out _));
        Assert.False(GrainId.TryParse("/a", out _));
        Assert.True(default(GrainId).IsDefault);
        Assert.Throws<FormatException>(() => GrainId.Parse("worker"));
    }

    [Fact]
    public void A_transport_may_carry_calls_to_another_host()
    {
        var there = new World();
        var network = new HoldingTransport();
        var here = new World(new WorldOptions { Transport = network }, typeof(WorkerGrain));

        var call = here.Begin(() => here.Worker("a").Do("x"));
        var lost = here.Begin(() => here.Worker("b").Do("x"));
        Assert.False(call.IsCompleted);
        Assert.Equal("worker/a IWorker.Do", network.Describe(0));
        there.Host.Deliver(network.Taken[0]);
        network.Taken[1].Fail(new SiloUnavailableException("lost"));
        there.Settle();
        here.Settle();

        Assert.Equal("a did x", World.Result(call));
        World.Failure<SiloUnavailableException>(lost);
        Assert.Empty(here.Host.Activations());
        Assert.Single(there.Host.Activations());
    }

    private sealed class HoldingTransport : ICallTransport
    {
        internal List<ITransportCall> Taken { get; } = [];

        public bool TryTake(ITransportCall sent)
        {
            Taken.Add(sent);
            return true;
        }

        internal string Describe(int index) =>
            $"{Taken[index].Target} {Taken[index].InterfaceName.Split('.')[^1]}.{Taken[index].MethodName}";
    }
}

internal interface ISelf : IGrainWithStringKey
{
    Task Remember(string text);

    Task<ISelf> Me();

    Task<string> Identity();
}

internal interface ISelfToo : IGrainWithStringKey
{
    Task<string> Recall();
}

internal sealed class SelfGrain : Grain, ISelf, ISelfToo
{
    private string _text = "";

    public Task Remember(string text)
    {
        _text = text;
        return Task.CompletedTask;
    }

    public Task<ISelf> Me() => Task.FromResult(this.AsReference<ISelf>());

    public Task<string> Identity() => Task.FromResult(IdentityString);

    public Task<string> Recall() => Task.FromResult(_text);
}
