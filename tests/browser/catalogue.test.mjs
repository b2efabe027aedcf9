// SPDX-License-Identifier: MPL-2.0
// catalogue.test.mjs: staff add an offer, change it, meet a colleague's change, and remove it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe } from 'node:test';
import { base, errorOf, field, fill, launch, press, signIn, visits } from './browser.mjs';

let browser;
const visit = visits(() => browser);

before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

function someCode() {
    return `T-${randomUUID().slice(0, 8).toUpperCase()}`;
}

// Adds an offer and comes back to the catalogue.
async function add(page, code) {
    await page.getByRole('link', { name: 'Ajouter une offre' }).click();
    await fill(page, { code, description: `Séance ${code}`, unit: 'séance', 'unit-price': '450.00',
        'vat.category': 'S', 'vat.rate': '20' });
    assert.equal((await press(page, 'Enregistrer')).status(), 200);
    assert.equal(page.url(), `${base}/quotes/catalogue`);
}

for (const javaScriptEnabled of [true, false])
    describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
        const options = { javaScriptEnabled };

        visit('an offer is added, changed and removed', options, async (page) => {
            const code = someCode();
            await signIn(page);
            await page.getByRole('link', { name: 'catalogue' }).click();
            await add(page, code);
            const row = page.getByRole('row').filter({ hasText: code });
            assert.match(await row.innerText(), /450,00\s€/);
            await row.getByRole('link').click();
            await field(page, 'unit-price').fill('1250.50');
            await press(page, 'Enregistrer');
            assert.match(await row.innerText(), /1\s250,50\s€/);
            await row.getByRole('link').click();
            await page.getByText('Retirer cette offre du catalogue').click();
            await press(page, 'Retirer l’offre');
            assert.equal(page.url(), `${base}/quotes/catalogue`);
            assert.equal(await row.count(), 0);
        });

        visit('what is wrong is told beside its field, and stays', options, async (page) => {
            await signIn(page);
            await page.goto(`${base}/quotes/catalogue/form`);
            await fill(page, { code: 'trop petit', 'unit-price': '450', 'vat.category': 'E',
                'vat.rate': 'zéro' });
            assert.equal((await press(page, 'Enregistrer')).status(), 422);
            for (const name of ['code', 'description', 'unit', 'unit-price', 'vat.rate'])
                assert.equal(await errorOf(page, name).count(), 1, name);
            assert.equal(await field(page, 'code').inputValue(), 'trop petit');
            await page.getByRole('heading', { name: 'Ce n’est pas encore enregistré' }).waitFor();
        });

        visit('of two people who change an offer, the second sees what the first saved', options,
            async (page) => {
                const code = someCode();
                await signIn(page);
                await page.goto(`${base}/quotes/catalogue`);
                await add(page, code);
                const other = await page.context().newPage();
                for (const each of [page, other])
                    await each.goto(`${base}/quotes/catalogue/${code}`);
                await field(other, 'unit-price').fill('500.00');
                await press(other, 'Enregistrer');
                await field(page, 'unit-price').fill('600.00');
                page.awaited = page.url();
                assert.equal((await press(page, 'Enregistrer')).status(), 412);
                await page.getByText('Enregistré actuellement : « 500.00 ».').waitFor();
                assert.equal(await field(page, 'unit-price').inputValue(), '600.00');
                assert.equal((await press(page, 'Enregistrer')).status(), 200);
                assert.match(await page.getByRole('row').filter({ hasText: code }).innerText(),
                    /600,00\s€/);
            });
    });
