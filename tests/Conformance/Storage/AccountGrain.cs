using System.Globalization;
using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Storage;

[GenerateSerializer, Alias("conformance.Account")]
public sealed record Account
{
    /// <summary>Seven is what a new account begins with.</summary>
    [Id(0)] public int Balance { get; init; } = 7;

    [Id(1)] public List<string> Owners { get; init; } = [];
}

[GenerateSerializer, Alias("conformance.Remark")]
public sealed record Remark
{
    [Id(0)] public string Text { get; init; } = "";
}

/// <summary>What a grain knows of its state.</summary>
[GenerateSerializer, Immutable, Alias("conformance.AccountView")]
public readonly record struct AccountView(
    [property: Id(0)] int Balance, [property: Id(1)] int Owners, [property: Id(2)] string? ETag,
    [property: Id(3)] bool RecordExists, [property: Id(4)] long Activation, [property: Id(5)] string Remark);

[Alias("conformance.IAccount")]
public interface IAccount : IGrainWithStringKey
{
    [Alias("Silo"), AlwaysInterleave]
    Task<string> Silo();

    [Alias("Show")]
    Task<AccountView> Show();

    /// <summary>Adds in memory, then writes.</summary>
    [Alias("Add")]
    Task<AccountView> Add(int amount);

    [Alias("Clear")]
    Task Clear();

    [Alias("Read")]
    Task Read();

    [Alias("Say")]
    Task Say(string text);

    /// <summary>Adds and writes, then waits for a gate that does not open.</summary>
    [Alias("AddAndHang"), ResponseTimeout("00:00:15")]
    Task AddAndHang(int amount);

    /// <summary>Has the other add; what it fails with goes on to the caller.</summary>
    [Alias("AddTo")]
    Task<AccountView> AddTo(string other, int amount);

    [Alias("Leave")]
    Task Leave();
}

public sealed class AccountGrain(
    [PersistentState("account")] IPersistentState<Account> account,
    [PersistentState("remark", "Default")] IPersistentState<Remark> remark,
    Board board, SiloName silo) : Grain, IAccount
{
    private readonly long _number = board.NextNumber();

    private string Key => this.GetPrimaryKeyString();

    private AccountView View => new(
        account.State.Balance, account.State.Owners.Count, account.Etag, account.RecordExists, _number,
        remark.State.Text);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        board.Note(Key, $"activated with {account.State.Balance.ToString(CultureInfo.InvariantCulture)}");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        board.Note(Key, "gone");
        return Task.CompletedTask;
    }

    public Task<string> Silo() => Task.FromResult(silo.Value);

    public Task<AccountView> Show() => Task.FromResult(View);

    public async Task<AccountView> Add(int amount)
    {
        account.State = account.State with { Balance = account.State.Balance + amount };
        await account.WriteStateAsync();
        return View;
    }

    public Task Clear() => account.ClearStateAsync();

    public Task Read() => account.ReadStateAsync();

    public Task Say(string text)
    {
        remark.State = new Remark { Text = text };
        return remark.WriteStateAsync();
    }

    public async Task AddAndHang(int amount)
    {
        await Add(amount);
        board.Note(Key, "added");
        await board.Opened($"{Key} for ever");
    }

    public Task<AccountView> AddTo(string other, int amount) => GrainFactory.GetGrain<IAccount>(other).Add(amount);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
